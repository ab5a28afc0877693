import { parseImageReference } from '@tagstream/image-ref';
import { createRegistryClient } from '@tagstream/registry';
import { testClock } from '@tagstream/service/testing';
import { buildImage, type FakeRegistry, pushImage, startFakeRegistry } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Cloud, cloudCredentials } from '../../src/credentials/cloud-credentials.ts';

const image = buildImage({ seed: 'cloud' });
let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry();
  await pushImage(fake.host, 'shop/web', 'v1', image);
});
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => fake.clearRequests());

/** A cloud whose registry is the fake one, giving out the passwords in turn. */
function clientOf(exchange: Cloud['exchange'], clock = testClock()) {
  const told: unknown[] = [];
  const cloud: Cloud = { name: 'ecr', scopeOf: (host) => (host === fake.host ? 'region' : undefined), exchange };
  const credentials = cloudCredentials([cloud], { clock, exchanged: (...facts) => told.push(facts) });
  const client = createRegistryClient({ userAgent: 'test', clock, credentials });
  onTestFinished(() => client.close());
  const head = () => client.headManifest(parseImageReference(`${fake.host}/shop/web:v1`), { insecure: true });
  return { head, told, clock, credentials };
}

const password = (text: string, clock = testClock()) => ({
  credential: { username: 'AWS', password: text },
  expiresAtMs: clock.now() + 3_600_000,
});

describe('a registry of a cloud', () => {
  test('is asked with what the identity of this process was exchanged for', async () => {
    fake.behave({ auth: { kind: 'basic', users: { AWS: 'one' } } });
    const { head, told } = clientOf(async () => password('one'));
    expect((await head()).digest).toBe(image.digest);
    expect(told).toEqual([['ecr', fake.host, undefined]]);
  });

  test.each(['basic', 'bearer'] as const)('is asked again with another when that is refused (%s)', async (kind) => {
    fake.behave({ auth: { kind, users: { AWS: 'two' } } });
    const passwords = ['one', 'two', 'three'];
    const { head, told } = clientOf(async () => password(passwords.shift() ?? ''));
    expect((await head()).digest).toBe(image.digest);
    expect((await head()).digest).toBe(image.digest);
    expect(told).toHaveLength(2);
  });

  test('is asked with an identity token where that is what the exchange gives', async () => {
    fake.behave({ auth: { kind: 'bearer', users: {}, identityTokens: ['refresh'] } });
    const { head } = clientOf(async () => ({
      credential: { identityToken: 'refresh' },
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    }));
    expect((await head()).digest).toBe(image.digest);
  });

  test('is asked as anybody when there is no identity: some of its images are for all', async () => {
    fake.behave({ auth: { kind: 'bearer', users: {}, anonymousPull: true } });
    const { head, told } = clientOf(() => Promise.reject(new Error('no metadata server')));
    expect((await head()).digest).toBe(image.digest);
    expect(told).toEqual([['ecr', fake.host, new Error('no metadata server')]]);
  });

  test('of no cloud is asked without any exchange', async () => {
    const { credentials, told } = clientOf(async () => password('one'));
    expect(await credentials({ registry: 'quay.io', repository: 'a' })).toBeUndefined();
    expect(told).toEqual([]);
  });
});
