import { parseImageReference } from '@tagstream/image-ref';
import { createRegistryClient, type RegistryClient } from '@tagstream/registry';
import { testClock } from '@tagstream/service/testing';
import { buildImage, buildIndex, type FakeRegistry, pushImage, startFakeRegistry } from '@tagstream/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ask, createAsk } from '../src/ask.ts';
import { invalidQuestion, type Question, questionFor } from '../src/question.ts';

const amd64 = buildImage({ seed: 1 });
const arm64 = buildImage({ seed: 1, platform: { architecture: 'arm64', os: 'linux' } });
const never = () => false;
const none = new AbortController().signal;

describe('a question', () => {
  let fake: FakeRegistry;
  let registry: RegistryClient;
  let ask: Ask;
  const clock = testClock();

  beforeEach(async () => {
    fake = await startFakeRegistry();
    registry = createRegistryClient({ userAgent: 'test', clock });
    ask = createAsk({ registry, clock, platform: { architecture: 'amd64', os: 'linux' } });
    await pushImage(fake.host, 'shop/web', 'latest', amd64);
    await pushImage(fake.host, 'shop/web', 'multi', buildIndex([amd64, arm64]));
    fake.clearRequests();
  });
  afterEach(async () => {
    await registry.close();
    await fake[Symbol.asyncDispose]();
  });

  const question = (tag: string, policy: Partial<Parameters<typeof questionFor>[1]> = {}): Question =>
    questionFor(parseImageReference(`${fake.host}/shop/web:${tag}`), {
      insecure: true,
      importMode: 'Legacy',
      preferredPlatform: {},
      ...policy,
    });

  test('about an unchanged tag costs one HEAD', async () => {
    const answer = await ask(question('latest'), (image) => image === amd64.digest, none);
    expect(answer).toEqual({ kind: 'same', digest: amd64.digest, image: amd64.digest });
    expect(fake.requests.map(({ kind }) => kind)).toEqual(['head_manifest']);
  });

  test('about a changed tag finds the image and its platform', async () => {
    expect(await ask(question('latest'), never, none)).toEqual({
      kind: 'found',
      finding: {
        kind: 'image',
        image: amd64.digest,
        manifest: {
          digest: amd64.digest,
          mediaType: amd64.mediaType,
          platforms: [{ architecture: 'amd64', os: 'linux' }],
        },
      },
    });
  });

  test('about a list finds the image of the wanted platform, and knows it by the list the next time', async () => {
    const found = await ask(question('multi'), never, none);
    const index = buildIndex([amd64, arm64]).digest;
    expect(found).toMatchObject({ finding: { image: amd64.digest, manifest: { digest: index } } });
    fake.clearRequests();
    const again = await ask(question('multi'), (image) => image === amd64.digest, none);
    expect(again).toEqual({ kind: 'same', digest: index, image: amd64.digest });
    expect(fake.requests.map(({ kind }) => kind)).toEqual(['head_manifest']);
  });

  test('about a list for another platform is not answered from what is known of the first', async () => {
    await ask(question('multi'), never, none);
    const arm = question('multi', { preferredPlatform: { architecture: 'arm64' } });
    const answer = await ask(arm, (image) => image === amd64.digest, none);
    expect(answer).toMatchObject({ kind: 'found', finding: { image: arm64.digest } });
  });

  test('about a list that is preserved finds the list', async () => {
    const answer = await ask(question('multi', { importMode: 'PreserveOriginal' }), never, none);
    expect(answer).toMatchObject({ finding: { image: buildIndex([amd64, arm64]).digest } });
  });

  test('about a tag that does not exist has a definite answer', async () => {
    expect(await ask(question('nope'), never, none)).toMatchObject({
      kind: 'failed',
      mayPass: false,
      finding: { reason: 'NotFound', message: expect.stringContaining('/shop/web:nope" not found') },
    });
  });

  test('that no registry can be asked has its answer without one', async () => {
    expect(await ask(invalidQuestion('A', 'it is upper case'), never, none)).toEqual({
      kind: 'failed',
      mayPass: false,
      code: 'invalid_reference',
      finding: { kind: 'error', reason: 'Invalid', message: 'it is upper case' },
    });
    expect(fake.requests).toEqual([]);
  });

  test('that a registry stumbles over is asked once more', async () => {
    fake.behave({ fail: { status: 503 } });
    const answer = ask(question('latest'), never, none);
    await expect.poll(() => clock.sleeping).toBe(1);
    fake.behave({ fail: undefined });
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ kind: 'found' });
  });

  test('that a registry fails at may be answered later', async () => {
    fake.behave({ fail: { status: 503 } });
    const answer = ask(question('latest'), never, none);
    await expect.poll(() => clock.sleeping).toBe(1);
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ kind: 'failed', mayPass: true, finding: { reason: 'InternalError' } });
    expect(fake.count('head_manifest')).toBe(2);
  });

  test('that exceeds the rate is not repeated, and says for how long', async () => {
    fake.behave({ fail: { status: 429, headers: { 'retry-after': '120' } } });
    const answer = await ask(question('latest'), never, none);
    expect(answer).toMatchObject({ kind: 'failed', mayPass: true, code: 'rate_limited', pauseMs: 120_000 });
    expect(fake.count('head_manifest')).toBe(1);
  });

  test('ends with its signal', async () => {
    fake.behave({ silent: true });
    const stop = new AbortController();
    const answer = ask(question('latest'), never, stop.signal);
    await expect.poll(() => fake.count('head_manifest')).toBe(1);
    stop.abort(new Error('stopping'));
    await expect(answer).rejects.toThrow('stopping');
  });
});
