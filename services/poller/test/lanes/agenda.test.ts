import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';
import { createAgenda } from '../../src/lanes/agenda.ts';

const item = (name: string) => ({ name, dueAtMs: 0, heapIndex: -1 });

function start() {
  const clock = testClock();
  const begin = clock.now();
  const due: string[] = [];
  const agenda = createAgenda<ReturnType<typeof item>>(clock, ({ name }) =>
    due.push(`${name} at ${clock.now() - begin}`),
  );
  return { clock, begin, due, agenda };
}

describe('an agenda', () => {
  test('calls back for each item at its time, with one timer', async () => {
    const { clock, begin, due, agenda } = start();
    agenda.set(item('late'), begin + 300);
    agenda.set(item('early'), begin + 100);
    agenda.set(item('too late already'), begin - 5);
    expect(clock.sleeping).toBe(1);
    await clock.advance(400);
    expect(due).toEqual(['too late already at 0', 'early at 100', 'late at 300']);
    expect(agenda.size).toBe(0);
  });

  test('an item that is moved or taken off comes at its last time or not at all', async () => {
    const { clock, begin, due, agenda } = start();
    const [moved, removed] = [item('moved'), item('removed')];
    agenda.set(moved, begin + 100);
    agenda.set(removed, begin + 100);
    agenda.set(moved, begin + 200);
    agenda.remove(removed);
    await clock.advance(500);
    expect(due).toEqual(['moved at 200']);
  });

  test('what is put on by a callback comes too', async () => {
    const { clock, begin, due, agenda: _ } = start();
    const agenda = createAgenda<ReturnType<typeof item>>(clock, (one) => {
      due.push(`${one.name} at ${clock.now() - begin}`);
      if (due.length < 3) agenda.set(one, clock.now() + 10);
    });
    agenda.set(item('again'), begin + 10);
    await clock.advance(100);
    expect(due).toEqual(['again at 10', 'again at 20', 'again at 30']);
  });

  test('nothing comes after its end', async () => {
    const { clock, begin, due, agenda } = start();
    agenda.set(item('never'), begin + 10);
    agenda[Symbol.dispose]();
    agenda.set(item('neither'), begin + 20);
    await clock.advance(100);
    expect(due).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });
});
