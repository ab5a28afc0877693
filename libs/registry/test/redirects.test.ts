import { buildImage, type FakeRegistry, pushImage, startFakeRegistry, testCertificate } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'redirects' });
const alice = { username: 'alice', password: 'secret' };
const tls = testCertificate;

let registry: FakeRegistry;
let store: FakeRegistry;
let secure: FakeRegistry;
beforeAll(async () => {
  [registry, store, secure] = await Promise.all([startFakeRegistry(), startFakeRegistry(), startFakeRegistry({ tls })]);
  await pushImage(registry.host, 'app', 'v1', image);
  await pushImage(store.host, 'app', 'v1', image);
  secure.store.putBlob('app', image.config.bytes);
});
afterAll(() => Promise.all([registry, store, secure].map((server) => server[Symbol.asyncDispose]())));
beforeEach(() => {
  registry.behave({ auth: { kind: 'none' }, fail: undefined, redirectBlobsTo: store.origin });
  store.behave({ auth: { kind: 'none' } });
  registry.clearRequests();
  store.clearRequests();
});

const getBlob = (client = makeClient({ credentials: async () => alice })) =>
  client.getBlob(refTo(registry, 'app'), image.config.digest, insecure);

describe('a redirect', () => {
  test('is followed to another host, and what comes from there is verified', async () => {
    expect(Buffer.from(await getBlob())).toEqual(image.config.bytes);
    expect(store.count('get_blob')).toBe(1);

    store.behave({ corruptBodies: true });
    expect(await registryErrorOf(getBlob())).toMatchObject({ code: 'integrity' });
    store.behave({ corruptBodies: false });
  });

  test.each([
    ['basic credentials', { kind: 'basic', users: { alice: 'secret' } }],
    ['bearer tokens', { kind: 'bearer', users: { alice: 'secret' } }],
  ] as const)('never takes %s along to another host', async (_, auth) => {
    registry.behave({ auth });

    await getBlob();

    expect(registry.requests.at(-1)?.headers.authorization).toMatch(/^(Basic|Bearer) /);
    expect(store.requests.map((request) => request.headers.authorization)).toEqual([undefined]);
  });

  test('to a host that wants credentials does not get them', async () => {
    store.behave({ auth: { kind: 'basic', users: { alice: 'secret' } } });

    const error = await registryErrorOf(getBlob());

    expect(error.code).toBe('unauthorized');
    expect(store.requests.map((request) => request.headers.authorization)).toEqual([undefined]);
  });

  test('that leads to itself is followed five times', async () => {
    registry.behave({ redirectBlobsTo: registry.origin });

    expect(await registryErrorOf(getBlob())).toMatchObject({ code: 'invalid' });
    expect(registry.count('get_blob')).toBe(6);
  });

  test.each([
    ['file:///etc/passwd', 'invalid'],
    ['data:text/plain,x', 'invalid'],
    ['', 'invalid'],
    ['http://', 'invalid'],
  ])('to "%s" is refused', async (location, code) => {
    registry.behave({ fail: { status: 302, headers: location === '' ? {} : { location } } });

    expect(await registryErrorOf(getBlob())).toMatchObject({ code });
  });

  test('from HTTPS to HTTP is followed only where that is allowed', async () => {
    secure.behave({ redirectBlobsTo: store.origin });
    const client = makeClient({ extraCa: [tls.certificate] });
    const ref = refTo(secure, 'app');

    expect(await registryErrorOf(client.getBlob(ref, image.config.digest))).toMatchObject({ code: 'plain_http' });
    expect(store.requests).toEqual([]);
    expect(Buffer.from(await client.getBlob(ref, image.config.digest, insecure))).toEqual(image.config.bytes);
    secure.behave({ redirectBlobsTo: undefined });
  });
});
