import { randomUUID } from 'node:crypto';
import { connectKube, type KubeClient, resources } from '@tagstream/kube';
import { systemClock } from '@tagstream/service';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createPullSecrets, type PullSecrets } from '../../src/credentials/pull-secrets.ts';
import { watchPullSecrets } from '../../src/credentials/watch-pull-secrets.ts';
import { pullSecret } from '../registry-access/private-registry.ts';

const patience = { timeout: 10_000 };

describe('the pull secrets of a cluster', () => {
  const stack = new AsyncDisposableStack();
  let kube: KubeClient;
  let pullSecrets: PullSecrets;
  const shop = `pull-secrets-${randomUUID().slice(0, 8)}`;
  const other = `${shop}-other`;
  const changed = new Set<string>();
  const problems: string[] = [];
  let status: string | undefined = 'not told';

  beforeAll(async () => {
    kube = stack.use(await connectKube({ userAgent: 'test', kubeconfig: inject('kubeconfig') }));
    for (const name of [shop, other]) {
      await kube.create(resources.namespaces, { metadata: { name } });
      stack.defer(() => kube.delete({ resource: resources.namespaces, name }));
    }
    await kube.create(resources.secrets, pullSecret(shop, 'before', 'before.ltd'));
    pullSecrets = createPullSecrets();
    const stop = new AbortController();
    stack.defer(() => stop.abort());
    const watches = stack.use(
      watchPullSecrets({
        kube,
        clock: systemClock,
        signal: stop.signal,
        pullSecrets,
        onChange: (namespace) => changed.add(namespace),
        onProblem: (problem, namespace) => {
          if (namespace === shop || namespace === other) problems.push(problem);
        },
        onStatus: (now) => {
          status = now;
        },
      }),
    );
    await watches.synced;
  });
  afterAll(() => stack.disposeAsync());

  const userFor = (namespace: string, registry: string) => {
    const credential = pullSecrets.lookup(namespace)({ registry, repository: 'a/b' });
    return credential && 'username' in credential ? credential.username : undefined;
  };

  test('are known from the start, without a word about what was there before', () => {
    expect(userFor(shop, 'before.ltd')).toBe('alice');
    expect(userFor(other, 'before.ltd')).toBeUndefined();
    expect(changed.has(shop)).toBe(false);
    expect(status).toBeUndefined();
  });

  test('apply in their own namespace alone, and from the moment that they are there', async () => {
    await kube.create(resources.secrets, pullSecret(shop, 'a', 'a.ltd', { username: 'of-shop' }));
    await kube.create(resources.secrets, pullSecret(other, 'a', 'a.ltd', { username: 'of-other' }));
    await expect
      .poll(() => [userFor(shop, 'a.ltd'), userFor(other, 'a.ltd')], patience)
      .toEqual(['of-shop', 'of-other']);
    expect([...changed].filter((name) => name.startsWith(shop)).sort()).toEqual([shop, other]);
  });

  test('are what they were changed to, and gone when they are deleted', async () => {
    const key = { resource: resources.secrets, namespace: shop, name: 'changing' };
    await kube.create(resources.secrets, pullSecret(shop, key.name, 'c.ltd', { username: 'first' }));
    await expect.poll(() => userFor(shop, 'c.ltd'), patience).toBe('first');
    await kube.mergePatch(key, pullSecret(shop, key.name, 'c.ltd', { username: 'second' }));
    await expect.poll(() => userFor(shop, 'c.ltd'), patience).toBe('second');
    const annotations = { 'openshift.io/image.excludeSecret': 'true' };
    await kube.mergePatch(key, { metadata: { annotations } });
    await expect.poll(() => userFor(shop, 'c.ltd'), patience).toBeUndefined();
    await kube.mergePatch(key, { metadata: { annotations: { 'openshift.io/image.excludeSecret': null } } });
    await expect.poll(() => userFor(shop, 'c.ltd'), patience).toBe('second');
    await kube.delete(key);
    await expect.poll(() => userFor(shop, 'c.ltd'), patience).toBeUndefined();
  });

  test('are, besides those of the two types, those that the default service account names', async () => {
    const secret = pullSecret(shop, 'opaque', 'o.ltd', { type: 'Opaque', username: 'linked' });
    await kube.create(resources.secrets, secret);
    const account = (name: string) => ({ resource: resources.serviceAccounts, namespace: shop, name });
    const link = { imagePullSecrets: [{ name: 'opaque' }, { name: 'missing' }] };
    await kube.apply(account('robot'), link, { fieldManager: 'test' });
    await kube.apply(account('default'), { imagePullSecrets: [] }, { fieldManager: 'test', force: true });
    expect(userFor(shop, 'o.ltd')).toBeUndefined();
    await kube.apply(account('default'), link, { fieldManager: 'test', force: true });
    await expect.poll(() => userFor(shop, 'o.ltd'), patience).toBe('linked');
    await kube.apply(account('default'), { imagePullSecrets: [] }, { fieldManager: 'test', force: true });
    await expect.poll(() => userFor(shop, 'o.ltd'), patience).toBeUndefined();
    expect(problems).toEqual([]);
  });
});
