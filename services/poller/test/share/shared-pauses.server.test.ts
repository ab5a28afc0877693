import { connectBus } from '@tagstream/bus';
import { testClock } from '@tagstream/service/testing';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { sharePauses } from '../../src/share/shared-pauses.ts';

const patience = { timeout: 5_000, interval: 10 };
const MIN = 60_000;

describe('pauses of registries', () => {
  let prefix: string;
  let stack: AsyncDisposableStack;
  beforeEach(() => {
    stack = new AsyncDisposableStack();
    prefix = `pauses-${crypto.randomUUID().slice(0, 8)}`;
  });
  afterEach(() => stack.disposeAsync());

  /** A replica whose clock says something of its own. */
  async function startReplica(time: string) {
    const clock = testClock(time);
    const bus = stack.use(await connectBus({ servers: inject('natsUrl'), name: 'test', prefix }));
    const pauses = await sharePauses(bus, clock, (error) => {
      throw error;
    });
    const heard: { registry: string; leftMs: number }[] = [];
    stack.use(await pauses.follow((registry, untilMs) => heard.push({ registry, leftMs: untilMs - clock.now() })));
    return { announce: pauses.announce, heard };
  }

  test('reach every replica, whatever its clock says', async () => {
    const [a, b] = [await startReplica('2026-11-21T10:00:00Z'), await startReplica('2026-11-21T13:00:00Z')];
    a.announce('registry.example.com:5000', 5 * MIN);
    for (const { heard } of [a, b]) {
      await expect.poll(() => heard, patience).toEqual([{ registry: 'registry.example.com:5000', leftMs: 5 * MIN }]);
    }
  });

  test('that are over, or longer than anybody should wait, do not last for a replica that comes later', async () => {
    const a = await startReplica('2026-11-21T10:00:00Z');
    a.announce('docker.io', 5 * MIN);
    a.announce('[::1]:5000', 24 * 60 * MIN);
    await expect.poll(() => a.heard.length, patience).toBe(2);
    const later = await startReplica('2026-11-21T10:04:00Z');
    expect(later.heard).toEqual([
      { registry: 'docker.io', leftMs: MIN },
      { registry: '[::1]:5000', leftMs: 60 * MIN },
    ]);
    expect((await startReplica('2026-11-21T10:06:00Z')).heard.map(({ registry }) => registry)).toEqual(['[::1]:5000']);
    const behind = await startReplica('2026-11-21T09:00:00Z');
    expect(behind.heard[0]).toEqual({ registry: 'docker.io', leftMs: 5 * MIN });
  });
});
