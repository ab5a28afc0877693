import { describe, expect, test } from 'vitest';
import { ExpiringMap } from '../src/expiring-map.ts';
import { TokenCache } from '../src/token-cache.ts';
import type { TokenRequest } from '../src/token-service.ts';

const request: TokenRequest = {
  realm: 'https://auth.example.com/token',
  service: 'r',
  scope: 'repository:a:pull',
  credential: undefined,
  insecure: false,
};

/** Counts what it gives out: token-1, token-2… */
function tokenService(lifetimeMs = 100_000) {
  let issued = 0;
  return { issued: () => issued, fetch: async () => ({ token: `token-${++issued}`, lifetimeMs }) };
}

describe('TokenCache', () => {
  test('asks once for a token that many want at the same time', async () => {
    const cache = new TokenCache({ now: () => 0 });
    const service = tokenService();

    const tokens = await Promise.all(Array.from({ length: 10 }, () => cache.get(request, service.fetch)));

    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(service.issued()).toBe(1);
  });

  test('replaces a token after four fifths of its lifetime', async () => {
    let now = 0;
    const cache = new TokenCache({ now: () => now });
    const service = tokenService(100_000);

    await cache.get(request, service.fetch);
    now = 79_999;
    expect(await cache.get(request, service.fetch)).toBe('token-1');
    now = 80_000;
    expect(await cache.get(request, service.fetch)).toBe('token-2');
  });

  test.each<[string, Partial<TokenRequest>]>([
    ['scope', { scope: 'repository:b:pull' }],
    ['service', { service: 'other' }],
    ['realm', { realm: 'https://elsewhere.example.com/token' }],
    ['user', { credential: { username: 'u', password: 'p' } }],
    ['security', { insecure: true }],
  ])('never gives the token of another %s', async (_, difference) => {
    const cache = new TokenCache({ now: () => 0 });
    const service = tokenService();

    await cache.get(request, service.fetch);

    expect(await cache.get({ ...request, ...difference }, service.fetch)).toBe('token-2');
  });

  test('never gives the token of the same user with another password', async () => {
    const cache = new TokenCache({ now: () => 0 });
    const service = tokenService();

    await cache.get({ ...request, credential: { username: 'u', password: 'right' } }, service.fetch);

    const other = { ...request, credential: { username: 'u', password: 'wrong' } };
    expect(await cache.get(other, service.fetch)).toBe('token-2');
  });

  test('gives an error to all who wait and asks anew the next time', async () => {
    const cache = new TokenCache({ now: () => 0 });
    const service = tokenService();
    const failing = () => Promise.reject(new Error('down'));

    const results = await Promise.allSettled([cache.get(request, failing), cache.get(request, failing)]);

    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(await cache.get(request, service.fetch)).toBe('token-1');
  });

  test('forgets a refused token, but not the one that has replaced it', async () => {
    const cache = new TokenCache({ now: () => 0 });
    const service = tokenService();
    await cache.get(request, service.fetch);

    cache.forget(request, 'token-1');
    expect(await cache.get(request, service.fetch)).toBe('token-2');
    cache.forget(request, 'token-1');
    expect(await cache.get(request, service.fetch)).toBe('token-2');
  });
});

describe('ExpiringMap', () => {
  test('holds no more entries than it may and drops the oldest first', () => {
    const map = new ExpiringMap<number>({ now: () => 0 }, 2);

    map.set('a', 1, 10);
    map.set('b', 2, 10);
    map.set('a', 3, 10);
    map.set('c', 4, 10);

    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  });

  test('forgets an entry when its time has come', () => {
    let now = 0;
    const map = new ExpiringMap<number>({ now: () => now }, 2);
    map.set('a', 1, 10);

    now = 9;
    expect(map.get('a')).toBe(1);
    now = 10;
    expect(map.get('a')).toBeUndefined();
  });
});
