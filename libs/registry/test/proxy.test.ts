import {
  buildImage,
  type FakeRegistry,
  startConnectProxy,
  startFakeRegistry,
  testCertificate,
} from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'proxy' });
const extraCa = [testCertificate.certificate];
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

describe('a proxy', () => {
  test('is asked to connect to a registry with TLS, whose certificate is still verified end to end', async () => {
    await using proxy = await startConnectProxy();
    const client = makeClient({ extraCa, proxy: { httpsProxy: proxy.url } });
    expect((await client.headManifest(refTo(secure, 'app:v1'))).digest).toBe(image.digest);
    expect(proxy.seen).toEqual([`CONNECT ${secure.host}`]);

    const distrustful = makeClient({ proxy: { httpsProxy: proxy.url } });
    expect((await registryErrorOf(distrustful.headManifest(refTo(secure, 'app:v1')))).code).toBe('tls');
    expect(secure.requests).toHaveLength(1);
  });

  test('trusts the authority of one host, and any where that is allowed', async () => {
    await using proxy = await startConnectProxy();
    const of = (host: string) => (host === secure.host ? extraCa : []);
    const client = makeClient({ authoritiesOf: of, proxy: { httpsProxy: proxy.url } });
    expect((await client.headManifest(refTo(secure, 'app:v1'))).digest).toBe(image.digest);
    const careless = makeClient({ proxy: { httpsProxy: proxy.url } });
    expect((await careless.headManifest(refTo(secure, 'app:v1'), insecure)).digest).toBe(image.digest);
  });

  test('keeps its connections for later requests', async () => {
    await using proxy = await startConnectProxy();
    const client = makeClient({ extraCa, proxy: { httpsProxy: proxy.url } });
    for (let request = 0; request < 10; request++) await client.headManifest(refTo(secure, 'app:v1'));
    expect(proxy.seen.length).toBeLessThanOrEqual(2);
  });

  test('is used for plain HTTP when it is the one for that', async () => {
    await using proxy = await startConnectProxy({ refuse: 500 });
    const client = makeClient({ proxy: { httpProxy: proxy.url } });
    expect((await client.headManifest(refTo(plain, 'app:v1'), insecure)).digest).toBe(image.digest);
    expect(proxy.seen).toContain(`HEAD http://${plain.host}/v2/app/manifests/v1`);
  });

  test.each([
    ['its host', (host: string) => host.replace(/:\d+$/, '')],
    ['its host and port', (host: string) => `registry.internal,${host}`],
    ['everything', () => '*'],
  ])('is passed over for a registry that noProxy names by %s', async (_how, noProxy) => {
    await using proxy = await startConnectProxy();
    const client = makeClient({ extraCa, proxy: { httpsProxy: proxy.url, noProxy: noProxy(secure.host) } });
    expect((await client.headManifest(refTo(secure, 'app:v1'))).digest).toBe(image.digest);
    expect(proxy.seen).toEqual([]);
  });

  test('is shown the password of its URL', async () => {
    await using proxy = await startConnectProxy({ password: 'p w' });
    const withPassword = proxy.url.replace('p w', 'p%20w');
    const client = makeClient({ extraCa, proxy: { httpsProxy: withPassword } });
    expect((await client.headManifest(refTo(secure, 'app:v1'))).digest).toBe(image.digest);
  });

  test.each([403, 407])('that refuses with %d is named as the cause', async (refuse) => {
    await using proxy = await startConnectProxy({ refuse });
    const client = makeClient({ extraCa, proxy: { httpsProxy: proxy.url } });
    const error = await registryErrorOf(client.headManifest(refTo(secure, 'app:v1')));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, host: secure.host });
    expect(error.message).toContain(`the proxy answers status ${refuse}`);
  });

  test('that is not there is named as a possible cause', async () => {
    const client = makeClient({ extraCa, proxy: { httpsProxy: 'http://127.0.0.1:1' } });
    const error = await registryErrorOf(client.headManifest(refTo(secure, 'app:v1')));
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('a proxy is set') });
  });
});
