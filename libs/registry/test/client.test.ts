import { buildImage, type FakeRegistry, pushImage, startFakeRegistry, wellBehaved } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeReader } from './describe-reader.ts';
import { insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'client' });
const other = buildImage({ seed: 'other' });

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
