import { buildImage, type FakeRegistry, pushImage, startFakeRegistry, wellBehaved } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RequestRecord } from '../src/index.ts';
import { insecure, makeClient, refTo, registryErrorOf, SHORT_TIMEOUTS } from './make-client.ts';

const image = buildImage({ seed: 'client' });

let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry();
  await pushImage(fake.host, 'app', 'v1', image);
});
afterAll(() => fake[Symbol.asyncDispose]());

beforeEach(() => {
  fake.behave(wellBehaved);
  fake.clearRequests();
});

const app = () => refTo(fake, 'app:v1');

describe('waiting', () => {
  test('for an answer ends with a timeout', async () => {
    fake.behave({ silent: true });

    const error = await registryErrorOf(makeClient({ timeouts: SHORT_TIMEOUTS }).headManifest(app(), insecure));

    expect(error).toMatchObject({ code: 'timeout', retryable: true, host: fake.host });
  });

  test('ends when the time for the whole call is up', async () => {
    fake.behave({ silent: true });
    const client = makeClient({ timeouts: { ...SHORT_TIMEOUTS, headersMs: 10_000, totalMs: 200 } });

    const error = await registryErrorOf(client.headManifest(app(), insecure));

    expect(error).toMatchObject({ code: 'timeout', repository: 'app' });
  });

  test('ends at once when the caller aborts, with the reason of the caller', async () => {
    fake.behave({ silent: true });
    const abort = new AbortController();
    const head = makeClient().headManifest(app(), { ...insecure, signal: abort.signal });
    const ended = expect(head).rejects.toThrow('shutting down');
    await expect.poll(() => fake.count('head_manifest')).toBe(1);

    abort.abort(new Error('shutting down'));

    await ended;
  });

  test('ends when the client is closed', async () => {
    fake.behave({ silent: true });
    const client = makeClient();
    const ended = registryErrorOf(client.headManifest(app(), insecure));
    await expect.poll(() => fake.count('head_manifest')).toBe(1);

    await client.close();

    expect(await ended).toMatchObject({ code: 'unavailable' });
  });
});

describe('hosts that cannot be reached', () => {
  test('a port where nobody listens is unavailable', async () => {
    const gone = await startFakeRegistry();
    await gone[Symbol.asyncDispose]();

    const error = await registryErrorOf(makeClient().headManifest(refTo(gone, 'app'), insecure));

    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(error.message).toBe(`${gone.host} refuses connections (ECONNREFUSED): tag latest of app.`);
  });

  test('a name that does not exist is unavailable', async () => {
    const error = await registryErrorOf(makeClient().headManifest(refTo({ host: 'registry.invalid' }, 'app')));

    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
  });

  test('a reference without a repository is invalid', async () => {
    const error = await registryErrorOf(
      makeClient().headManifest({ registry: 'quay.io', namespace: '', name: '', tag: '', digest: '' }),
    );

    expect(error.code).toBe('invalid');
  });
});

describe('connections', () => {
  test('are kept from call to call', async () => {
    const client = makeClient();
    await client.headManifest(app(), insecure);
    fake.clearRequests();

    for (let call = 0; call < 20; call++) await client.headManifest(app(), insecure);

    // One more may be opened while the first is just becoming free.
    expect(fake.connectionsAccepted).toBeLessThanOrEqual(1);
  });

  test('are bounded however many requests there are', async () => {
    const client = makeClient({ maxConnectionsPerRegistry: 3 });
    await client.headManifest(app(), insecure);
    fake.clearRequests();

    await Promise.all(Array.from({ length: 30 }, () => client.headManifest(app(), insecure)));

    // One is still open from before.
    expect(fake.connectionsAccepted).toBeLessThanOrEqual(3);
    expect(fake.requests).toHaveLength(30);
  });
});

describe('the observer', () => {
  test('is told every exchange with its outcome', async () => {
    const records: RequestRecord[] = [];
    const client = makeClient({ onRequest: (record) => records.push(record) });
    fake.behave({ headers: { 'ratelimit-remaining': '5' } });

    await client.headManifest(app(), insecure);

    expect(records).toEqual([
      { registry: fake.host, operation: 'head_manifest', durationMs: expect.any(Number), outcome: 'plain_http' },
      {
        registry: fake.host,
        operation: 'head_manifest',
        durationMs: expect.any(Number),
        outcome: 200,
        rateLimit: { remaining: 5 },
      },
    ]);
  });
});
