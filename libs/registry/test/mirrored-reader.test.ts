import { parseImageReference } from '@tagstream/image-ref';
import { buildImage, type FakeRegistry, pushImage, startFakeRegistry, wellBehaved } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Credential,
  mirroredReader,
  type PullRules,
  pullSources,
  resolveImage,
  withAnonymousFallback,
} from '../src/index.ts';
import { insecure, makeClient, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'mirrored' });
let source: FakeRegistry;
let mirror: FakeRegistry;
beforeAll(async () => {
  [source, mirror] = await Promise.all([startFakeRegistry(), startFakeRegistry()]);
});
afterAll(() => Promise.all([source, mirror].map((server) => server[Symbol.asyncDispose]())));
beforeEach(async () => {
  for (const server of [source, mirror]) {
    server.behave(wellBehaved);
    await pushImage(server.host, 'org/app', 'v1', image);
    server.clearRequests();
  }
});

const app = () => parseImageReference(`${source.host}/org/app:v1`);
const rulesWith = (changes: Partial<PullRules> & { insecureMirror?: boolean } = {}): PullRules => ({
  mirrors: [
    {
      source: source.host,
      mirrors: [{ location: mirror.host, pull: 'all', insecure: changes.insecureMirror ?? true }],
      neverContactSource: false,
    },
  ],
  blocked: [],
  ...changes,
});
const readerWith = (rules: PullRules = rulesWith(), credentials?: (registry: string) => Credential | undefined) =>
  mirroredReader(makeClient({ credentials: async ({ registry }) => credentials?.(registry) }), (ref) =>
    pullSources(ref, rules),
  );

describe('an image with a mirror', () => {
  test('comes from the mirror alone, manifest and configuration', async () => {
    const resolved = await resolveImage(readerWith(), app(), {
      ...insecure,
      platform: { architecture: 'amd64', os: 'linux' },
    });
    expect(resolved.image).toBe(image.digest);
    expect(mirror.requests.map(({ kind }) => kind)).toEqual(['get_manifest', 'get_blob']);
    expect(source.requests).toEqual([]);
  });

  test.each([
    ['does not have it', { fail: { status: 404 } }],
    ['does not let it be read', { fail: { status: 401 } }],
    ['is broken', { fail: { status: 503 } }],
    ['sends something else', { announcedDigest: 'nonsense', fail: { status: 200 } }],
  ])('comes from its source when the mirror %s', async (_what, behaviour) => {
    mirror.behave(behaviour);
    expect((await readerWith().getManifest(app(), insecure)).digest).toBe(image.digest);
    expect(mirror.requests).not.toEqual([]);
  });

  test('is asked for with the credentials of the place that is asked', async () => {
    const users = (name: string) => ({ auth: { kind: 'basic', users: { [name]: name } } }) as const;
    mirror.behave({ ...users('m'), fail: undefined });
    source.behave(users('s'));
    const known = (registry: string) =>
      registry === mirror.host ? { username: 'm', password: 'm' } : { username: 's', password: 's' };
    const reader = readerWith(rulesWith(), known);
    expect((await reader.headManifest(app(), insecure)).digest).toBe(image.digest);
    mirror.behave({ fail: { status: 503 } });
    expect((await reader.headManifest(app(), insecure)).digest).toBe(image.digest);
  });

  test('is not asked for insecurely at a mirror that was not declared so, whatever its tag says', async () => {
    const reader = readerWith(rulesWith({ insecureMirror: false }));
    expect((await reader.headManifest(app(), insecure)).digest).toBe(image.digest);
    expect(mirror.requests).toEqual([]);
    expect(source.count('head_manifest')).toBe(1);
  });

  test('is not asked for insecurely at its source because the mirror is declared so', async () => {
    mirror.behave({ fail: { status: 404 } });
    expect((await registryErrorOf(readerWith().headManifest(app()))).message).toContain('importPolicy.insecure');
    expect(source.requests).toEqual([]);
  });
});

describe('an image that no place gives', () => {
  test('of one place fails with the failure of that place', async () => {
    mirror.behave({ fail: { status: 404 } });
    const rules = rulesWith({ blocked: [source.host] });
    expect(await registryErrorOf(readerWith(rules).headManifest(app(), insecure))).toMatchObject({
      code: 'not_found',
      host: mirror.host,
    });
    expect(source.requests).toEqual([]);
  });

  test.each([
    ['is missing everywhere', 404, 404, 'not_found'],
    ['may be at the mirror that is down', 503, 404, 'unavailable'],
    ['is refused by the mirror and missing at the source', 403, 404, 'not_found'],
    ['may be at the mirror that limits the rate', 429, 404, 'unavailable'],
    ['is behind two limits', 429, 429, 'rate_limited'],
  ])('%s: told with both failures', async (_what, atMirror, atSource, code) => {
    mirror.behave({ fail: { status: atMirror } });
    source.behave({ fail: { status: atSource } });
    const error = await registryErrorOf(readerWith().headManifest(app(), insecure));
    expect(error).toMatchObject({ code, host: source.host });
    expect(error.message).toContain(`${mirror.host} `);
    expect(error.message).toContain(`${source.host} `);
  });

  test('of a blocked registry without mirrors is forbidden before anything is sent', async () => {
    const reader = readerWith({ mirrors: [], blocked: [source.host] });
    const error = await registryErrorOf(reader.headManifest(app(), insecure));
    expect(error).toMatchObject({ code: 'forbidden', message: `registry ${source.host} blocked`, retryable: false });
    expect(source.requests).toEqual([]);
  });
});

describe('a wrong password', () => {
  const alice = { kind: 'bearer', users: { alice: 'secret' }, anonymousPull: true } as const;
  const wrong = async () => ({ username: 'alice', password: 'wrong' });

  test('does not hide what everybody may read', async () => {
    source.behave({ auth: alice });
    const reader = withAnonymousFallback(makeClient());
    expect((await reader.headManifest(app(), { ...insecure, credentials: wrong })).digest).toBe(image.digest);
  });

  test.each(['bearer', 'basic'] as const)('is told for what nobody else may read (%s)', async (kind) => {
    source.behave({ auth: { ...alice, kind, anonymousPull: false } });
    const error = await registryErrorOf(
      withAnonymousFallback(makeClient()).headManifest(app(), { ...insecure, credentials: wrong }),
    );
    expect(error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('username or password') });
  });
});
