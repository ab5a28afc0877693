import { rendezvous } from '@tagstream/bus';
import { describe, expect, test } from 'vitest';

const keys = Array.from({ length: 10_000 }, (_, i) => `registry.example.com/team-${i % 500}/app-${i}`);
const members = ['poller-a', 'poller-b', 'poller-c', 'poller-d'];

describe('shares of a group', () => {
  test('nobody owns anything in an empty group', () => {
    expect(rendezvous([])('key')).toBeUndefined();
  });

  test('the only member owns everything', () => {
    expect(new Set(keys.map(rendezvous(['a'])))).toEqual(new Set(['a']));
  });

  test('the order in which members are named does not matter', () => {
    expect(keys.map(rendezvous(members.toReversed()))).toEqual(keys.map(rendezvous(members)));
  });

  test.each([2, 3, 4, 7, 16])('%i members have about equally many keys', (count) => {
    const owners = keys.map(rendezvous(Array.from({ length: count }, (_, i) => `poller-${i}`)));
    const shares = Map.groupBy(owners, (owner) => owner);
    expect(shares.size).toBe(count);
    for (const share of shares.values()) {
      expect(share.length).toBeGreaterThan((keys.length / count) * 0.85);
      expect(share.length).toBeLessThan((keys.length / count) * 1.15);
    }
  });

  test('a member that goes moves only the keys that it had', () => {
    const before = rendezvous(members);
    const after = rendezvous(members.slice(1));
    for (const key of keys) if (before(key) !== members[0]) expect(after(key)).toBe(before(key));
  });

  test('a member that comes takes only its share, about equally from each', () => {
    const before = rendezvous(members);
    const after = rendezvous([...members, 'poller-e']);
    const moved = keys.filter((key) => after(key) !== before(key));
    expect(moved.every((key) => after(key) === 'poller-e')).toBe(true);
    expect(moved.length).toBeGreaterThan(1700); // a fifth is 2000
    expect(moved.length).toBeLessThan(2300);
    const losses = Map.groupBy(moved, (key) => before(key));
    for (const member of members) expect(losses.get(member)?.length).toBeGreaterThan(350); // of 500
  });

  test('keys that differ in one character are spread too', () => {
    const similar = Array.from(
      { length: 26 * 40 },
      (_, i) => `r.example.com/${'x'.repeat(i % 40)}${(i % 26).toString(36)}`,
    );
    const shares = Map.groupBy(similar.map(rendezvous(members)), (owner) => owner);
    for (const share of shares.values()) expect(share.length).toBeGreaterThan(similar.length / 8);
  });
});
