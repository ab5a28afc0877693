import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueHeap, type Timed } from '../../src/lanes/due-heap.ts';

test('whatever is put in, moved and taken out, the first is always one that is due first', () => {
  const step = fc.record({ item: fc.nat(20), atMs: fc.option(fc.nat(100)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const items = Array.from({ length: 21 }, (): Timed => ({ dueAtMs: 0, heapIndex: -1 }));
      const model = new Map<Timed, number>();
      const heap = dueHeap<Timed>();
      for (const { item: index, atMs } of steps) {
        const item = items[index];
        if (item === undefined) continue;
        if (atMs === null) heap.remove(item);
        else heap.set(item, atMs);
        if (atMs === null) model.delete(item);
        else model.set(item, atMs);
        expect(heap.size).toBe(model.size);
        expect(heap.first()?.dueAtMs).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      }
      for (let last = 0; heap.size > 0; ) {
        const first = heap.first();
        if (first === undefined) throw new Error('a heap that is not empty has a first item');
        expect(first.dueAtMs).toBeGreaterThanOrEqual(last);
        last = first.dueAtMs;
        heap.remove(first);
        expect(first.heapIndex).toBe(-1);
      }
    }),
  );
});
