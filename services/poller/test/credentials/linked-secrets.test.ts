import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, KubeError } from '@tagstream/kube';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLinkedSecrets } from '../../src/credentials/linked-secrets.ts';
import { type Secret, secretViews } from '../../src/credentials/secret-view.ts';

const opaque = (name: string, username = name): Secret => ({
  metadata: { name, namespace: 'shop' },
  type: 'Opaque',
  data: {
    '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { 'quay.io': { username, password: 'p' } } })).toString(
      'base64',
    ),
  },
});

/** The links of one namespace, with what is read noted by name. */
function links(secrets: Record<string, Secret | KubeError>, held: readonly string[] = []) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const clock = testClock();
  const read: Record<string, string | undefined> = {};
  const problems: string[] = [];
  const get = async (key: { name: string }) => {
    const found = secrets[key.name] ?? new KubeError('not_found', 'no');
    if (found instanceof KubeError) throw found;
    return found as KubeObject;
  };
  const linked = createLinkedSecrets({
    kube: { get: get as KubeClient['get'] },
    clock,
    signal: stop.signal,
    view: secretViews(),
    isHeld: (_namespace, name) => held.includes(name),
    onRead: (_namespace, name, view) => {
      const credential = view?.credentials[0]?.credential;
      read[name] = credential && 'username' in credential ? credential.username : undefined;
    },
    onProblem: (problem) => problems.push(problem),
  });
  return { linked, clock, read, problems };
}

describe('a Secret that a service account names', () => {
  test('is read whatever its type is', async () => {
    const { linked, read } = links({ a: opaque('a') });
    linked.link('shop', ['a', 'missing']);
    await linked.refresh();
    expect(read).toEqual({ a: 'a', missing: undefined });
  });

  test('is not read when it is held already', async () => {
    const { linked, read } = links({ a: opaque('a') }, ['a']);
    linked.link('shop', ['a']);
    await linked.refresh();
    expect(read).toEqual({});
  });

  test('is read again every minute', async () => {
    const secrets = { a: opaque('a', 'first') };
    const { linked, clock, read } = links(secrets);
    linked.link('shop', ['a']);
    await linked.refresh();
    secrets.a = opaque('a', 'second');
    await clock.advance(60_000);
    await expect.poll(() => read.a).toBe('second');
  });

  test('goes when it is no longer named', async () => {
    const { linked, read } = links({ a: opaque('a'), b: opaque('b') });
    linked.link('shop', ['a', 'b']);
    await linked.refresh();
    linked.link('shop', ['b']);
    expect(read).toEqual({ a: undefined, b: 'b' });
  });

  test('that may not be read is told, and what was known of it stays', async () => {
    const secrets: Record<string, Secret | KubeError> = { a: opaque('a') };
    const { linked, read, problems } = links(secrets);
    linked.link('shop', ['a']);
    await linked.refresh();
    secrets.a = new KubeError('forbidden', 'secrets "a" is forbidden');
    await linked.refresh();
    expect(read).toEqual({ a: 'a' });
    expect(problems).toEqual(['The Secret a cannot be read. secrets "a" is forbidden']);
  });
});
