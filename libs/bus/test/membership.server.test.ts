import { type Bus, connectBus, joinMembers, type Membership } from '@tagstream/bus';
import { startNats } from '@tagstream/servers';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { uniquePrefix } from './harness.ts';

const LEASE_MS = 2_000;
/** Signs of life that fall due in a lease. */
const BEATS_PER_LEASE = 4;
const patience = { timeout: 10_000, interval: 10 };

/** A process of the group: its own connection, its own view. */
async function startMember(member: string, servers: string, prefix: string) {
  const bus = await connectBus({ servers, name: member, prefix });
  onTestFinished(() => bus[Symbol.asyncDispose]());
  const views: (readonly string[])[] = [];
  const missed: unknown[] = [];
  const membership = await joinMembers(bus, {
    group: 'poller',
    member,
    leaseMs: LEASE_MS,
    onChange: (members) => views.push(members),
    onTrouble: (error) => missed.push(error),
  });
  onTestFinished(() => membership[Symbol.asyncDispose]());
  return { bus, membership, views, missed };
}

/** Ends a member as SIGKILL does: nobody is told, its key stays. */
async function kill({ bus }: { readonly bus: Bus; readonly membership: Membership }): Promise<void> {
  await bus[Symbol.asyncDispose]();
}

describe('membership', () => {
  test('the first member sees itself at once', async () => {
    const { membership, views } = await startMember('a', inject('natsUrl'), uniquePrefix());
    expect(views).toEqual([['a']]);
    expect(membership.members).toEqual(['a']);
  });

  test('members see each other come and go, without waiting for a lease', async () => {
    const prefix = uniquePrefix();
    const a = await startMember('a', inject('natsUrl'), prefix);
    const b = await startMember('b', inject('natsUrl'), prefix);
    expect(b.views).toEqual([['a', 'b']]);
    await expect.poll(() => a.views, patience).toEqual([['a'], ['a', 'b']]);

    const leftAt = performance.now();
    await b.membership[Symbol.asyncDispose]();
    await expect.poll(() => a.membership.members, patience).toEqual(['a']);
    expect(performance.now() - leftAt).toBeLessThan(LEASE_MS / 2);
  });

  test('a member that dies without a word is gone within one lease, and the living stay', async () => {
    const prefix = uniquePrefix();
    const [a, b, c] = [
      await startMember('a', inject('natsUrl'), prefix),
      await startMember('b', inject('natsUrl'), prefix),
      await startMember('c', inject('natsUrl'), prefix),
    ];
    await expect.poll(() => a.membership.members, patience).toEqual(['a', 'b', 'c']);
    await kill(c);
    const killedAt = performance.now();
    for (const { membership } of [a, b]) await expect.poll(() => membership.members, patience).toEqual(['a', 'b']);
    expect(performance.now() - killedAt).toBeLessThan(LEASE_MS + 500); // what a busy machine adds
    for (const { views } of [a, b])
      expect(views.every((view) => (view.includes('a') && view.includes('b')) || view.length === 1)).toBe(true);
  });

  test('a newcomer soon forgets a dead member whose key is still there, and keeps the living one', async () => {
    const prefix = uniquePrefix();
    await startMember('a', inject('natsUrl'), prefix);
    await kill(await startMember('b', inject('natsUrl'), prefix));
    const { membership, views } = await startMember('c', inject('natsUrl'), prefix);
    const joinedAt = performance.now();
    expect(membership.members).toEqual(['a', 'b', 'c']);
    await expect.poll(() => membership.members, patience).toEqual(['a', 'c']);
    expect(performance.now() - joinedAt).toBeLessThan(LEASE_MS / 2);
    expect(views).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ]);
  });

  test('groups do not see each other', async () => {
    const prefix = uniquePrefix();
    const { bus } = await startMember('a', inject('natsUrl'), prefix);
    const other = await joinMembers(bus, { group: 'rollout', member: 'x', leaseMs: LEASE_MS, onChange: () => {} });
    onTestFinished(() => other[Symbol.asyncDispose]());
    expect(other.members).toEqual(['x']);
  });

  test('while NATS is away for longer than a lease nobody is taken for dead', async () => {
    await using nats = await startNats();
    const prefix = uniquePrefix();
    const a = await startMember('a', nats.url, prefix);
    const b = await startMember('b', nats.url, prefix);
    await expect.poll(() => a.membership.members, patience).toEqual(['a', 'b']);
    const before = a.views.length;
    await nats.kill();
    // The outage lasts until each has missed the signs of life of a lease and a half.
    for (const { missed } of [a, b]) {
      await expect.poll(() => missed.length, patience).toBeGreaterThanOrEqual(BEATS_PER_LEASE * 1.5);
    }
    await nats.restart();
    await expect.poll(() => a.bus.connected && b.bus.connected, patience).toBe(true);
    const c = await startMember('c', nats.url, prefix);
    await expect.poll(() => a.membership.members, patience).toEqual(['a', 'b', 'c']);
    expect(a.views.slice(before)).toEqual([['a', 'b', 'c']]);
    expect(c.membership.members).toEqual(['a', 'b', 'c']);
  });
});
