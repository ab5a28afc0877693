import { buildImage, type FakeRegistry, startFakeRegistry, testCertificate } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'tls' });

let secure: FakeRegistry;
let plain: FakeRegistry;
beforeAll(async () => {
  [secure, plain] = await Promise.all([startFakeRegistry({ tls: testCertificate }), startFakeRegistry()]);
  for (const server of [secure, plain]) server.store.putManifest('app', 'v1', image.mediaType, image.manifest);
});
afterAll(() => Promise.all([secure, plain].map((server) => server[Symbol.asyncDispose]())));
beforeEach(() => {
  secure.clearRequests();
  plain.clearRequests();
});

describe('a registry with TLS', () => {
  test('is not asked when nobody vouches for its certificate', async () => {
    const error = await registryErrorOf(makeClient().headManifest(refTo(secure, 'app:v1')));

    expect(error).toMatchObject({ code: 'tls', retryable: false, host: secure.host });
    expect(secure.requests).toEqual([]);
  });

  test('is asked when its authority is trusted', async () => {
    const client = makeClient({ extraCa: [testCertificate.certificate] });

    expect((await client.headManifest(refTo(secure, 'app:v1'))).digest).toBe(image.digest);
  });

  test('is not asked under a name that its certificate does not have', async () => {
    const client = makeClient({ extraCa: [testCertificate.certificate] });
    const host = secure.host.replace('127.0.0.1', '127.0.0.2');

    // 127.0.0.2 is the same machine on Linux; elsewhere nobody answers there.
    expect((await registryErrorOf(client.headManifest(refTo({ host }, 'app:v1')))).code).toMatch(
      /^(tls|unavailable|timeout)$/,
    );
    expect(secure.requests).toEqual([]);
  });

  test('is asked by HTTPS and with any certificate where insecure access is allowed', async () => {
    const client = makeClient();

    expect((await client.headManifest(refTo(secure, 'app:v1'), insecure)).digest).toBe(image.digest);
  });

  test('is still verified after somebody was allowed insecure access', async () => {
    const client = makeClient();
    await client.headManifest(refTo(secure, 'app:v1'), insecure);

    expect(await registryErrorOf(client.headManifest(refTo(secure, 'app:v1')))).toMatchObject({ code: 'tls' });
  });
});

describe('what was learnt by insecure access', () => {
  test('is not used for secure access: it could lead credentials to a false token service', async () => {
    const users = { alice: 'secret' };
    secure.behave({ auth: { kind: 'bearer', users } });
    const credentials = async () => ({ username: 'alice', password: 'secret' });
    const client = makeClient({ extraCa: [testCertificate.certificate], credentials });
    await client.headManifest(refTo(secure, 'app:v1'), insecure);
    secure.clearRequests();

    await client.headManifest(refTo(secure, 'app:v1'));
    secure.behave({ auth: { kind: 'none' } });

    expect(secure.requests.map(({ kind }) => kind)).toEqual(['head_manifest', 'token', 'head_manifest']);
  });
});

describe('a registry without TLS', () => {
  test('is not asked, and the error tells what would allow it', async () => {
    const error = await registryErrorOf(makeClient().headManifest(refTo(plain, 'app:v1')));

    expect(error).toMatchObject({ code: 'plain_http', retryable: false });
    expect(error.message).toContain('importPolicy.insecure');
    expect(plain.requests).toEqual([]);
  });

  test('is asked by HTTP where insecure access is allowed, without trying HTTPS each time', async () => {
    const schemes: unknown[] = [];
    const client = makeClient({ onRequest: ({ outcome }) => schemes.push(outcome) });

    await client.headManifest(refTo(plain, 'app:v1'), insecure);
    await client.headManifest(refTo(plain, 'app:v1'), insecure);

    expect(schemes).toEqual(['plain_http', 200, 200]);
  });

  test('is tried by HTTPS again after a while', async () => {
    let now = 0;
    const schemes: unknown[] = [];
    const client = makeClient({ clock: { now: () => now }, onRequest: ({ outcome }) => schemes.push(outcome) });

    await client.headManifest(refTo(plain, 'app:v1'), insecure);
    now += 5 * 60 * 1000;
    await client.headManifest(refTo(plain, 'app:v1'), insecure);

    expect(schemes).toEqual(['plain_http', 200, 'plain_http', 200]);
  });

  test('is not asked by HTTP for the failure of a token service', async () => {
    await using gone = await startFakeRegistry();
    const outcomes: unknown[] = [];
    const client = makeClient({ onRequest: ({ operation, outcome }) => outcomes.push([operation, outcome]) });
    secure.behave({ auth: { kind: 'bearer', users: {}, realm: `${gone.origin}/v2/token` } });
    gone.behave({ fail: { status: 503 } });

    const error = await registryErrorOf(client.headManifest(refTo(secure, 'app:v1'), insecure));
    secure.behave({ auth: { kind: 'none' } });

    expect(error).toMatchObject({ code: 'unavailable' });
    expect(outcomes).toEqual([
      ['head_manifest', 401],
      ['token', 503],
    ]);
  });
});
