import {
  buildImage,
  type FakeRegistry,
  pushImage,
  startFakeRegistry,
  testCertificate,
  wellBehaved,
} from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Credential } from '../src/index.ts';
import { insecure, makeClient, refTo, registryErrorOf, SHORT_TIMEOUTS } from './make-client.ts';

const image = buildImage({ seed: 'auth' });
const alice = { username: 'alice', password: 'p@ss:wörd' };
const users = { [alice.username]: alice.password };
const bearer = { kind: 'bearer', users, lifetimeS: 300 } as const;

let now = Date.now();
const clock = { now: () => now };
let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry({ now: clock.now });
  for (const repository of ['app', 'other']) await pushImage(fake.host, repository, 'v1', image);
});
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => {
  fake.behave({ ...wellBehaved, auth: bearer });
  fake.clearRequests();
});

const app = () => refTo(fake, 'app:v1');
const clientFor = (credential: Credential | undefined) => makeClient({ clock, credentials: async () => credential });
const headers = (name: string) => fake.requests.map((request) => request.headers[name]);

describe('bearer tokens', () => {
  test('are fetched after a challenge and sent at once from then on', async () => {
    const client = clientFor(alice);

    expect((await client.headManifest(app(), insecure)).digest).toBe(image.digest);
    expect(fake.requests.map((request) => request.kind)).toEqual(['head_manifest', 'token', 'head_manifest']);
    const tokenRequest = new URL(fake.requests[1]?.path ?? '', fake.origin);
    expect(Object.fromEntries(tokenRequest.searchParams)).toEqual({
      service: 'fake registry',
      scope: 'repository:app:pull',
    });

    fake.clearRequests();
    await client.headManifest(app(), insecure);
    expect(fake.requests.map((request) => request.kind)).toEqual(['head_manifest']);
  });

  test('are fetched for another repository of a known registry without being refused first', async () => {
    const client = clientFor(alice);
    await client.headManifest(app(), insecure);
    fake.clearRequests();

    await client.headManifest(refTo(fake, 'other:v1'), insecure);

    expect(fake.requests.map((request) => request.kind)).toEqual(['token', 'head_manifest']);
  });

  test('are fetched once for many calls at the same time', async () => {
    const client = clientFor(alice);

    await Promise.all(Array.from({ length: 10 }, () => client.headManifest(app(), insecure)));

    expect(fake.count('token')).toBe(1);
  });

  test('are given to nobody without credentials where the registry is open to all', async () => {
    fake.behave({ auth: { ...bearer, anonymousPull: true } });

    expect((await clientFor(undefined).headManifest(app(), insecure)).digest).toBe(image.digest);
    expect(headers('authorization')).toEqual([undefined, undefined, expect.stringMatching(/^Bearer /)]);
  });

  test('are exchanged for an identity token by POST', async () => {
    fake.behave({ auth: { ...bearer, identityTokens: ['id-1'] } });

    expect((await clientFor({ identityToken: 'id-1' }).headManifest(app(), insecure)).digest).toBe(image.digest);
    const [, exchange] = fake.requests;
    expect(exchange).toMatchObject({ method: 'POST', path: '/token' });
    expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'id-1',
      service: 'fake registry',
      scope: 'repository:app:pull',
      client_id: 'tagstream',
    });
  });

  test('that come with the credential are sent as they are', async () => {
    const client = clientFor({ token: 'ready-made' });

    await registryErrorOf(client.headManifest(app(), insecure));

    expect(headers('authorization')).toEqual([undefined, 'Bearer ready-made']);
    expect(fake.count('token')).toBe(0);
  });

  test('that come with the credential and would break the request are not sent', async () => {
    const error = await registryErrorOf(clientFor({ token: 'two\r\nlines' }).headManifest(app(), insecure));

    expect(error.code).toBe('unauthorized');
    expect(fake.requests).toHaveLength(1);
  });

  test('are replaced before they run out', async () => {
    const client = clientFor(alice);
    await client.headManifest(app(), insecure);
    now += 0.8 * 300_000;
    fake.clearRequests();

    await client.headManifest(app(), insecure);

    expect(fake.requests.map((request) => request.kind)).toEqual(['token', 'head_manifest']);
  });

  test('are replaced once when the registry refuses them early', async () => {
    const client = clientFor(alice);
    await client.headManifest(app(), insecure);
    fake.revokeTokens();
    fake.clearRequests();

    expect((await client.headManifest(app(), insecure)).digest).toBe(image.digest);

    expect(fake.requests.map((request) => request.kind)).toEqual(['head_manifest', 'token', 'head_manifest']);
  });

  test('live a minute when the service does not tell', async () => {
    fake.behave({ auth: { kind: 'bearer', users } });
    const client = clientFor(alice);
    await client.headManifest(app(), insecure);
    fake.clearRequests();

    now += 47_999;
    await client.headManifest(app(), insecure);
    now += 1;
    await client.headManifest(app(), insecure);

    expect(fake.count('token')).toBe(1);
  });

  test('of one credential are never used for another', async () => {
    const client = makeClient({ clock });
    await client.headManifest(app(), { ...insecure, credentials: async () => alice });
    fake.clearRequests();

    const error = await registryErrorOf(
      client.headManifest(app(), { ...insecure, credentials: async () => undefined }),
    );

    expect(error.code).toBe('unauthorized');
    expect(headers('authorization').filter((value) => value?.includes('Bearer'))).toEqual([]);
  });
});

describe('a refusal', () => {
  test('of the token service names the user name or password, but does not show them', async () => {
    const error = await registryErrorOf(
      clientFor({ username: 'alice', password: 'secret-1' }).headManifest(app(), insecure),
    );

    expect(error).toMatchObject({ code: 'unauthorized', retryable: false, host: fake.host, repository: 'app' });
    expect(error.message).toContain('incorrect username or password');
    expect(JSON.stringify([error.message, error.stack, error])).not.toMatch(/secret-1|alice/);
  });

  test('without credentials says so', async () => {
    const error = await registryErrorOf(clientFor(undefined).headManifest(app(), insecure));

    expect(error.code).toBe('unauthorized');
    expect(error.message).toBe(`${fake.host} gives nobody without credentials access to app.`);
  });

  test('of an identity token is unauthorized', async () => {
    const error = await registryErrorOf(clientFor({ identityToken: 'id-2' }).headManifest(app(), insecure));

    expect(error.code).toBe('unauthorized');
    expect(error.message).not.toContain('id-2');
  });

  test('of a fresh token ends it after one repetition', async () => {
    // Tokens that have run out when they are given.
    fake.behave({ auth: { ...bearer, lifetimeS: -1 } });

    const error = await registryErrorOf(clientFor(alice).headManifest(app(), insecure));

    expect(error.code).toBe('unauthorized');
    expect(fake.requests.map((request) => request.kind)).toEqual(['head_manifest', 'token', 'head_manifest']);
  });
});

describe('the token service', () => {
  test('that is silent ends in a timeout', async () => {
    await using silent = await startFakeRegistry();
    silent.behave({ silent: true });
    fake.behave({ auth: { ...bearer, realm: `${silent.origin}/v2/token` } });
    const client = makeClient({ clock, timeouts: SHORT_TIMEOUTS });

    expect(await registryErrorOf(client.headManifest(app(), insecure))).toMatchObject({ code: 'timeout' });
  });

  test('that does not exist is no reason to call the image missing', async () => {
    await using elsewhere = await startFakeRegistry();
    fake.behave({ auth: { ...bearer, realm: `${elsewhere.origin}/nowhere` } });

    const error = await registryErrorOf(clientFor(alice).headManifest(app(), insecure));

    expect(error).toMatchObject({ code: 'invalid', status: 404 });
    expect(error.message).toBe(`${fake.host} names ${elsewhere.host} as its token service, which is none.`);
  });

  test('that is down is unavailable', async () => {
    await using elsewhere = await startFakeRegistry();
    elsewhere.behave({ fail: { status: 503, headers: { 'retry-after': '3' } } });
    fake.behave({ auth: { ...bearer, realm: `${elsewhere.origin}/v2/token` } });

    const error = await registryErrorOf(clientFor(alice).headManifest(app(), insecure));

    expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 3000 });
  });

  test('is not shown credentials without TLS', async () => {
    await using secure = await startFakeRegistry({ tls: testCertificate });
    secure.behave({ auth: { ...bearer, realm: `${fake.origin}/token` } });
    const client = makeClient({ clock, credentials: async () => alice, extraCa: [testCertificate.certificate] });

    expect(await registryErrorOf(client.headManifest(refTo(secure, 'app')))).toMatchObject({ code: 'plain_http' });
    expect(fake.requests).toEqual([]);
  });

  test.each(['ftp://auth.example.com/token', 'not a url', ''])('at "%s" is invalid', async (realm) => {
    fake.behave({ auth: { ...bearer, realm } });

    expect(await registryErrorOf(clientFor(alice).headManifest(app(), insecure))).toMatchObject({ code: 'invalid' });
  });
});
