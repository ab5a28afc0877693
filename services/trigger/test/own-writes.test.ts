import { describe, expect, test } from 'vitest';
import { createOwnWrites } from '../src/workload/own-writes.ts';

const WEB = 'deployments.apps/shop/web';

describe('the change that an own write made', () => {
  test('is known as such once, whether the answer or the change comes first', () => {
    const writes = createOwnWrites();
    expect(writes.made(WEB, '7')).toBe(false);
    writes.wrote(WEB, '7');
    expect(writes.made(WEB, '7')).toBe(true);
    expect(writes.made(WEB, '7')).toBe(false);
  });

  test('is not taken for that of another version, and still known afterwards', () => {
    const writes = createOwnWrites();
    writes.wrote(WEB, '7');
    expect(writes.made(WEB, '6')).toBe(false);
    expect(writes.made(WEB, '7')).toBe(true);
  });

  test('of another workload is another one', () => {
    const writes = createOwnWrites();
    writes.wrote(WEB, '7');
    expect(writes.made('deployments.apps/shop/api', '7')).toBe(false);
  });

  test('is forgotten with its workload', () => {
    const writes = createOwnWrites();
    writes.wrote(WEB, '7');
    writes.forget(WEB);
    expect(writes.made(WEB, '7')).toBe(false);
  });
});
