import { buildImage, type FakeRegistry, startFakeRegistry, testCertificate } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'authorities' });
const trusted = [testCertificate.certificate];
let one: FakeRegistry;
let other: FakeRegistry;
beforeAll(async () => {
  [one, other] = await Promise.all([
    startFakeRegistry({ tls: testCertificate }),
    startFakeRegistry({ tls: testCertificate }),
  ]);
  for (const server of [one, other]) server.store.putManifest('app', 'v1', image.mediaType, image.manifest);
});
afterAll(() => Promise.all([one, other].map((server) => server[Symbol.asyncDispose]())));
beforeEach(() => {
  for (const server of [one, other]) {
    server.behave({ silent: false });
    server.clearRequests();
  }
});

/** A client whose authorities can be changed while it runs. */
function clientTrusting(initial: Record<string, readonly string[]>) {
  let known = initial;
  const none: readonly string[] = [];
  const client = makeClient({ authoritiesOf: (host) => known[host] ?? none });
  return { client, trust: (next: Record<string, readonly string[]>) => (known = next) };
}

describe('the authority of one registry', () => {
  test('vouches for that registry and for no other', async () => {
    const { client } = clientTrusting({ [one.host]: trusted });
    expect((await client.headManifest(refTo(one, 'app:v1'))).digest).toBe(image.digest);
    expect((await registryErrorOf(client.headManifest(refTo(other, 'app:v1')))).code).toBe('tls');
  });

  test('counts from the next request on when it is added', async () => {
    const { client, trust } = clientTrusting({});
    expect((await registryErrorOf(client.headManifest(refTo(one, 'app:v1')))).code).toBe('tls');
    trust({ [one.host]: trusted });
    expect((await client.headManifest(refTo(one, 'app:v1'))).digest).toBe(image.digest);
  });

  test('counts no more when it is taken away, kept connections included', async () => {
    const { client, trust } = clientTrusting({ [one.host]: trusted });
    await client.headManifest(refTo(one, 'app:v1'));
    trust({});
    expect((await registryErrorOf(client.headManifest(refTo(one, 'app:v1')))).code).toBe('tls');
  });

  test('that changes leaves requests under way and the connections of others alone', async () => {
    const { client, trust } = clientTrusting({ [one.host]: trusted, [other.host]: trusted });
    await client.headManifest(refTo(other, 'app:v1'));
    one.behave({ silent: true });
    const stop = new AbortController();
    const underWay = client.headManifest(refTo(one, 'app:v1'), { signal: stop.signal });
    await expect.poll(() => one.count('head_manifest')).toBe(1);
    trust({ [one.host]: [...trusted], [other.host]: trusted });
    one.behave({ silent: false });

    expect((await client.headManifest(refTo(one, 'app:v1'))).digest).toBe(image.digest);
    expect((await client.headManifest(refTo(other, 'app:v1'))).digest).toBe(image.digest);
    expect(one.connectionsAccepted).toBe(2); // a new one, beside that of the request under way
    expect(other.connectionsAccepted).toBe(1);
    let settled = false;
    void underWay.catch(() => {}).finally(() => (settled = true));
    await Promise.resolve();
    expect(settled).toBe(false);
    stop.abort(new Error('enough'));
    await expect(underWay).rejects.toThrow('enough');
  });
});
