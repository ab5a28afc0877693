import { buildImage, type FakeRegistry, pushImage, startFakeRegistry, wellBehaved } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CredentialTarget } from '../src/index.ts';
import { insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'renewed' });
const second = { username: 'alice', password: 'second' };
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

/** Gives the first password until it has been refused. */
function renewing() {
  const asked: CredentialTarget[] = [];
  const credentials = async (target: CredentialTarget) => {
    asked.push(target);
    return target.refused === undefined ? { username: 'alice', password: 'first' } : second;
  };
  return { asked, credentials };
}

describe('a refused credential', () => {
  test.each(['basic', 'bearer'] as const)('is replaced once by a provider that can (%s)', async (kind) => {
    fake.behave({ auth: { kind, users: { alice: 'second' } } });
    const { asked, credentials } = renewing();
    const head = await makeClient({ credentials }).headManifest(refTo(fake, 'app:v1'), insecure);
    expect(head.digest).toBe(image.digest);
    expect(asked).toEqual([
      { registry: fake.host, repository: 'app' },
      { registry: fake.host, repository: 'app', refused: { username: 'alice', password: 'first' } },
    ]);
  });

  test('is not replaced twice', async () => {
    fake.behave({ auth: { kind: 'basic', users: { alice: 'third' } } });
    const { asked, credentials } = renewing();
    const error = await registryErrorOf(makeClient({ credentials }).headManifest(refTo(fake, 'app:v1'), insecure));
    expect(error.code).toBe('unauthorized');
    expect(asked).toHaveLength(2);
  });

  test('ends it when the provider knows no other', async () => {
    fake.behave({ auth: { kind: 'basic', users: { alice: 'third' } } });
    const client = makeClient({ credentials: async () => second });
    expect((await registryErrorOf(client.headManifest(refTo(fake, 'app:v1'), insecure))).code).toBe('unauthorized');
    expect(fake.count('head_manifest')).toBe(2);
  });

  test('is not asked for when nothing was refused', async () => {
    fake.behave({ fail: { status: 404 } });
    const { asked, credentials } = renewing();
    await registryErrorOf(makeClient({ credentials }).headManifest(refTo(fake, 'app:v1'), insecure));
    expect(asked).toEqual([]);
  });
});
