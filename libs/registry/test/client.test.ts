import { buildImage, type FakeRegistry, pushImage, startFakeRegistry } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RequestRecord } from '../src/index.ts';
import { describeReader } from './describe-reader.ts';
import { allOf, insecure, makeClient, refTo, registryErrorOf, SHORT_TIMEOUTS } from './make-client.ts';

const image = buildImage({ seed: 'client' });
const other = buildImage({ seed: 'other' });

let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry();
  await pushImage(fake.host, 'app', 'v1', image);
});
afterAll(() => fake[Symbol.asyncDispose]());

const normal = {
  withoutDigestHeader: false,
  announcedDigest: undefined,
  corruptBodies: false,
  truncateBodies: false,
  contentType: undefined,
  fail: undefined,
  silent: false,
  headers: {},
  maxPageSize: 1000,
  linkOrigin: undefined,
} as const;
beforeEach(() => {
  fake.behave(normal);
  fake.clearRequests();
});

describeReader('the fake registry', () => fake.host);

const app = () => refTo(fake, 'app:v1');

describe('headManifest', () => {
  test('is one HEAD request that accepts every kind of manifest', async () => {
    const client = makeClient();
    await client.headManifest(app(), insecure);
    fake.clearRequests();

    await client.headManifest(app(), insecure);

    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['HEAD /v2/app/manifests/v1']);
    expect(fake.requests[0]?.headers).toMatchObject({ 'user-agent': 'tagstream-test' });
    expect(String(fake.requests[0]?.headers.accept).split(', ')).toEqual(
      expect.arrayContaining([
        'application/vnd.oci.image.index.v1+json',
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.docker.distribution.manifest.v2+json',
      ]),
    );
  });

  test('makes the digest itself when the registry tells none, and then skips the useless HEAD', async () => {
    fake.behave({ withoutDigestHeader: true });
    const client = makeClient();

    expect((await client.headManifest(app(), insecure)).digest).toBe(image.digest);
    expect((await client.headManifest(app(), insecure)).digest).toBe(image.digest);

    expect([fake.count('head_manifest'), fake.count('get_manifest')]).toEqual([1, 2]);
  });

  test('uses GET where HEAD is not allowed', async () => {
    const client = makeClient();
    fake.behave({ fail: { status: 405 } });
    const failed = await registryErrorOf(client.headManifest(app(), insecure));
    expect(failed.code).toBe('unsupported');
    expect(fake.count('get_manifest')).toBe(1);
  });

  test('does not accept another digest than the one that was asked for', async () => {
    fake.behave({ announcedDigest: other.digest });

    const error = await registryErrorOf(makeClient().headManifest(refTo(fake, `app@${image.digest}`), insecure));

    expect(error).toMatchObject({ code: 'integrity', retryable: true });
  });
});

describe('content', () => {
  test.each([
    ['changed on the way', { corruptBodies: true }, 'integrity'],
    ['announced under another digest', { announcedDigest: other.digest }, 'integrity'],
    ['cut off in the middle', { truncateBodies: true }, 'unavailable'],
    ['sent as something else', { contentType: 'application/vnd.oci.image.index.v1+json' }, 'invalid'],
  ])('that was %s is not accepted', async (_, behaviour, code) => {
    fake.behave(behaviour);

    expect(await registryErrorOf(makeClient().getManifest(app(), insecure))).toMatchObject({ code });
  });

  test('of a blob that was changed on the way is not accepted', async () => {
    fake.behave({ corruptBodies: true });

    const error = await registryErrorOf(makeClient().getBlob(app(), image.config.digest, insecure));

    expect(error).toMatchObject({ code: 'integrity' });
    expect(error.message).toContain(image.config.digest);
  });

  test('that is larger than a manifest may be is not downloaded', async () => {
    const huge = Buffer.alloc(5 * 1024 * 1024, ' ');
    fake.store.putManifest('huge', 'v1', image.mediaType, huge);

    expect(await registryErrorOf(makeClient().getManifest(refTo(fake, 'huge:v1'), insecure))).toMatchObject({
      code: 'too_large',
    });
  });

  test('by something that is no digest is never asked for', async () => {
    const error = await registryErrorOf(makeClient().getBlob(app(), '../manifests/v1', insecure));

    expect(error.code).toBe('invalid');
    expect(fake.requests).toEqual([]);
  });
});

describe('answers that are no success', () => {
  test.each([
    [401, 'unauthorized', false],
    [403, 'forbidden', false],
    [404, 'not_found', false],
    [429, 'rate_limited', true],
    [500, 'unavailable', true],
    [502, 'unavailable', true],
    [503, 'unavailable', true],
    [400, 'invalid', false],
    [418, 'invalid', false],
    [451, 'forbidden', false],
  ])('%i is %s, retryable: %s', async (status, code, retryable) => {
    fake.behave({ fail: { status, body: '{"errors":[{"code":"SOME_CODE","message":"secret words"}]}' } });

    const error = await registryErrorOf(makeClient().getManifest(app(), insecure));

    expect(error).toMatchObject({ code, retryable, host: fake.host, repository: 'app', status });
    expect(error.message).not.toContain('secret');
  });

  test('tell the code that the registry gives', async () => {
    fake.behave({ fail: { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' } });

    const error = await registryErrorOf(makeClient().getManifest(app(), insecure));

    expect(error.registryCode).toBe('NAME_UNKNOWN');
    expect(error.message).toBe(`${fake.host} does not have it: tag v1 of app (status 404, NAME_UNKNOWN).`);
  });

  test('are not repeated', async () => {
    fake.behave({ fail: { status: 503 } });

    await registryErrorOf(makeClient().headManifest(app(), insecure));

    expect(fake.requests).toHaveLength(1);
  });

  test('tell how long to wait and what is left, outside of the message', async () => {
    fake.behave({
      fail: { status: 429, headers: { 'retry-after': '7' } },
      headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' },
    });

    const error = await registryErrorOf(makeClient().headManifest(app(), insecure));

    expect(error).toMatchObject({ retryAfterMs: 7000, rateLimit: { limit: 100, remaining: 0, windowMs: 21_600_000 } });
    expect(error.message).toBe(`${fake.host} asks to slow down: tag v1 of app (status 429).`);
  });

  test('reads a date to wait for with the clock that was given', async () => {
    const clock = { now: () => Date.parse('2026-11-21T10:00:00Z') };
    fake.behave({ fail: { status: 429, headers: { 'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT' } } });

    expect(await registryErrorOf(makeClient({ clock }).headManifest(app(), insecure))).toMatchObject({
      retryAfterMs: 60_000,
    });
  });

  test('a success tells the budget too', async () => {
    fake.behave({ headers: { 'ratelimit-remaining': '76;w=21600' } });

    expect((await makeClient().headManifest(app(), insecure)).rateLimit).toEqual({
      remaining: 76,
      windowMs: 21_600_000,
    });
  });
});

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
    expect(error.message).toBe(`${gone.host} refuses connections (ECONNREFUSED).`);
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

describe('listTags', () => {
  test('asks for one page after the other only as they are read', async () => {
    const tagged = ['a', 'b', 'c', 'd'];
    for (const tag of tagged) fake.store.putManifest('pages', tag, image.mediaType, image.manifest);
    fake.behave({ maxPageSize: 2 });

    const read: string[] = [];
    for await (const tag of makeClient().listTags(refTo(fake, 'pages'), insecure)) {
      read.push(tag);
      if (tag === 'b') break;
    }

    expect(read).toEqual(['a', 'b']);
    expect(fake.count('tags')).toBe(1);
  });

  test('stays with its registry when the link names another host', async () => {
    fake.behave({ maxPageSize: 2, linkOrigin: 'http://evil.invalid' });

    const tags = await allOf(makeClient().listTags(refTo(fake, 'pages'), insecure));

    expect(tags).toEqual(['a', 'b', 'c', 'd']);
  });

  test('refuses a link that leads to itself', async () => {
    fake.behave({
      fail: { status: 200, headers: { link: '</v2/pages/tags/list?n=1000>; rel="next"' }, body: '{"tags":["a"]}' },
    });

    const error = await registryErrorOf(allOf(makeClient().listTags(refTo(fake, 'pages'), insecure)));

    expect(error.code).toBe('invalid');
  });

  test.each([
    ['null', '{"name":"pages","tags":null}', []],
    ['no tags at all', '{"name":"pages"}', []],
  ])('gives nothing for %s', async (_, body, expected) => {
    fake.behave({ fail: { status: 200, body } });

    expect(await allOf(makeClient().listTags(refTo(fake, 'pages'), insecure))).toEqual(expected);
  });

  test.each(['<html>', '{"tags":"a"}', '{"tags":[1]}'])('refuses %s', async (body) => {
    fake.behave({ fail: { status: 200, body } });

    const error = await registryErrorOf(allOf(makeClient().listTags(refTo(fake, 'pages'), insecure)));

    expect(error.code).toBe('invalid');
  });
});
