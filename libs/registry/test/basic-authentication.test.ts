import { buildImage, type FakeRegistry, pushImage, startFakeRegistry, wellBehaved } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Credential, CredentialTarget } from '../src/index.ts';
import { insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'auth' });
const alice = { username: 'alice', password: 'p@ss:wörd' };
const users = { [alice.username]: alice.password };
const bearer = { kind: 'bearer', users, lifetimeS: 300 } as const;

let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry();
  await pushImage(fake.host, 'app', 'v1', image);
});
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => {
  fake.behave({ ...wellBehaved, auth: bearer });
  fake.clearRequests();
});

const app = () => refTo(fake, 'app:v1');
const clientFor = (credential: Credential | undefined) => makeClient({ credentials: async () => credential });
const headers = (name: string) => fake.requests.map((request) => request.headers[name]);

describe('basic authentication', () => {
  beforeEach(() => fake.behave({ auth: { kind: 'basic', users } }));

  test('is used when the registry asks for it, and at once from then on', async () => {
    const client = clientFor(alice);
    await client.headManifest(app(), insecure);

    expect((await client.headManifest(app(), insecure)).digest).toBe(image.digest);

    const expected = `Basic ${Buffer.from('alice:p@ss:wörd').toString('base64')}`;
    expect(headers('authorization')).toEqual([undefined, expected, expected]);
  });

  test('with a wrong password ends after one try', async () => {
    const error = await registryErrorOf(clientFor({ username: 'alice', password: 'no' }).headManifest(app(), insecure));

    expect(error.code).toBe('unauthorized');
    expect(fake.requests).toHaveLength(2);
  });

  test('without credentials is not tried', async () => {
    const error = await registryErrorOf(clientFor(undefined).headManifest(app(), insecure));

    expect(error.message).toBe(`${fake.host} refuses access to app and no credentials for it are known.`);
    expect(fake.requests).toHaveLength(1);
  });
});

describe('challenges', () => {
  const challenge = (value: string) =>
    fake.behave({ auth: { kind: 'none' }, fail: { status: 401, headers: { 'www-authenticate': value } } });

  test.each([
    ['Negotiate', 'unsupported'],
    ['', 'unauthorized'],
    ['Bearer service="x"', 'unsupported'],
  ])('of the kind "%s" end it', async (value, code) => {
    challenge(value);

    expect(await registryErrorOf(clientFor(alice).headManifest(app(), insecure))).toMatchObject({ code });
  });
});

describe('credentials', () => {
  test('are looked up in normal form, once for each call, and not before a registry wants any', async () => {
    const targets: CredentialTarget[] = [];
    const client = makeClient({
      credentials: async (target) => {
        targets.push(target);
        return alice;
      },
    });
    fake.behave({ auth: { kind: 'none' } });
    await client.headManifest(app(), insecure);
    expect(targets).toEqual([]);

    fake.behave({ auth: bearer });
    await client.headManifest(app(), insecure);
    expect(targets).toEqual([{ registry: fake.host, repository: 'app' }]);
  });

  test('that cannot be looked up fail the call with the error of the lookup', async () => {
    const client = makeClient({ credentials: () => Promise.reject(new Error('no secrets today')) });

    await expect(client.headManifest(app(), insecure)).rejects.toThrow('no secrets today');
  });
});
