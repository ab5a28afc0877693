import { describe, expect, test } from 'vitest';
import { admit } from '../src/admit.ts';
import { createBodyBudget } from '../src/body-budget.ts';
import { matcherOf } from '../src/patterns.ts';
import { createRateLimit, sourceOf } from '../src/rate-limit.ts';
import { sameForAllSenders } from '../src/receivers/make-receiver.ts';
import { invalidNetworks, networkMatcher } from '../src/receivers/networks.ts';
import { registryNames } from '../src/registry-names.ts';

const MIB = 1024 * 1024;

describe('the rate of one source', () => {
  test('may go up to four seconds’ worth at once, and then as many a second as configured', () => {
    let now = 0;
    const limit = createRateLimit(10, () => now);
    const taken = (count: number) =>
      Array.from({ length: count }, () => limit.take('10.0.0.1')).filter((s) => s === 0).length;
    expect(taken(100)).toBe(40);
    now = 1_000;
    expect(taken(100)).toBe(10);
    now = 1_000_000;
    expect(taken(100)).toBe(40);
  });

  test('says when to come back, at least a second', () => {
    const limit = createRateLimit(1, () => 0);
    for (let i = 0; i < 4; i++) limit.take('10.0.0.1');
    expect(limit.take('10.0.0.1')).toBe(1);
  });

  test('counts each source for itself', () => {
    const limit = createRateLimit(1, () => 0);
    for (let i = 0; i < 5; i++) limit.take('10.0.0.1');
    expect(limit.take('10.0.0.2')).toBe(0);
  });

  test('is not refilled by a clock that goes backwards', () => {
    let now = 1_000_000;
    const limit = createRateLimit(1, () => now);
    for (let i = 0; i < 4; i++) limit.take('10.0.0.1');
    now = 0;
    expect(limit.take('10.0.0.1')).toBeGreaterThan(0);
  });

  test('is not limited when it is configured as 0', () => {
    const limit = createRateLimit(0, () => 0);
    expect(Array.from({ length: 10_000 }, () => limit.take('x')).every((wait) => wait === 0)).toBe(true);
  });

  test.each([
    ['IPv4', '10.1.2.3', '10.1.2.3'],
    ['IPv4 inside of IPv6', '::ffff:10.1.2.3', '10.1.2.3'],
    ['IPv6: its first half', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['IPv6 that is shortened in the front', '::1', '0:0:0:0'],
    ['IPv6 that is shortened in the middle', '2001:db8::6', '2001:db8:0:0'],
    ['IPv6 that is shortened at the end', '2001:db8:1:2::', '2001:db8:1:2'],
    ['IPv6 with leading zeros', '2001:0db8:0001:0002::7', '2001:db8:1:2'],
    ['IPv6 of one link', 'fe80::1%eth0', 'fe80:0:0:0'],
    ['what a proxy made up', 'x'.repeat(1000), 'x'.repeat(64)],
  ])('%s is one source', (_what, address, source) => {
    expect(sourceOf(address)).toBe(source);
  });
});

describe('the memory for bodies', () => {
  test('is bounded for one source and leaves room for others', () => {
    const budget = createBodyBudget();
    const releases = Array.from({ length: 100 }, () => budget.reserve('10.0.0.1', MIB)).filter((r) => r !== null);
    expect(releases).toHaveLength(16);
    expect(budget.reserve('10.0.0.2', MIB)).not.toBeNull();
    releases[0]?.();
    expect(budget.reserve('10.0.0.1', MIB)).not.toBeNull();
    expect(budget.reserve('10.0.0.1', MIB)).toBeNull();
  });

  test('is bounded for all together', () => {
    const budget = createBodyBudget();
    const sources = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    expect(sources.filter((source) => budget.reserve(source, MIB) !== null)).toHaveLength(64);
  });
});

describe('networks', () => {
  test.each([
    ['10.0.0.0/8', '10.200.3.4', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.200.3.4', true],
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', false],
    ['2001:db8::/32', '2001:db8:1::9', true],
    ['2001:db8::/32', '2001:db9::9', false],
    ['0.0.0.0/0', '192.0.2.1', true],
    ['0.0.0.0/0', 'no address', false],
  ])('%s and %s: %s', (network, address, inside) => {
    expect(networkMatcher([network])(address)).toBe(inside);
  });

  test('that are none are named', () => {
    const wrong = ['10.0.0.0/33', '10.0.0/8', 'example.com', '::/129', '10.0.0.0/8/9', '10.0.0.0/', '10.0.0.0/-1', ''];
    expect(invalidNetworks([...wrong, '10.0.0.0/8', '::1'])).toEqual(wrong);
  });
});

describe('patterns', () => {
  test.each([
    ['quay.io/shop/*', 'quay.io/shop/web', true],
    ['quay.io/shop/*', 'quay.io/shop/team/web', false],
    ['quay.io/shop/**', 'quay.io/shop/team/web', true],
    ['quay.io/shop/**', 'quay.io/other/web', false],
    ['**/web', 'quay.io/shop/web', true],
    ['quay.io/shop/web-*', 'quay.io/shop/web-frontend', true],
    ['quay.io/shop/web', 'quay.io/shop/web2', false],
    ['quay.io/shop/web', 'xquay.io/shop/web', false],
    ['quay.io/shop/web', 'quayxio/shop/web', false],
    ['**', 'anything/at/all', true],
    ['a+(b)[c]', 'a+(b)[c]', true],
  ])('%s and %s: %s', (pattern, text, matches) => {
    expect(matcherOf([pattern])(text)).toBe(matches);
  });

  test('one of several is enough, of none nothing is', () => {
    expect(matcherOf(['a', 'b'])('b')).toBe(true);
    expect(matcherOf([])('b')).toBe(false);
  });
});

describe('a request before its body', () => {
  const all = sameForAllSenders(null, registryNames(new Map()));
  const onlyFromTen = {
    get: (name: string) => {
      const receiver = all.get(name);
      return receiver && { ...receiver, isFrom: networkMatcher(['10.0.0.0/8']) };
    },
  };
  const deps = () => ({
    receivers: onlyFromTen,
    rateLimit: createRateLimit(1, () => 0),
    budget: createBodyBudget(),
    maxBodyBytes: MIB,
  });
  const arrival = { address: '10.0.0.1', receiver: 'quay', bodyBytes: 100 };

  test.each([
    ['is admitted', {}, undefined],
    ['without a length is admitted', { bodyBytes: undefined }, undefined],
    ['to a hook that there is not is refused', { receiver: 'nobody' }, 404],
    ['from another network is refused', { address: '192.0.2.1' }, 403],
    ['with a body that is too large is refused', { bodyBytes: MIB + 1 }, 413],
  ])('%s', (_what, change, status) => {
    const admission = admit({ ...arrival, ...change }, deps());
    expect(admission.kind === 'refused' ? admission.status : undefined).toBe(status);
  });

  test('is refused when there were too many, whatever they were for', () => {
    const same = deps();
    for (let i = 0; i < 4; i++) admit({ ...arrival, receiver: `guess-${i}` }, same);
    expect(admit(arrival, same)).toMatchObject({ kind: 'refused', status: 429, retryAfterSeconds: 1 });
  });

  test('is refused while there is no room for its body, and told to come back', () => {
    const same = { ...deps(), rateLimit: createRateLimit(0, () => 0) };
    const admissions = Array.from({ length: 17 }, () => admit({ ...arrival, bodyBytes: MIB }, same));
    expect(admissions.at(-1)).toMatchObject({ kind: 'refused', status: 503, retryAfterSeconds: 1 });
  });
});
