import { randomUUID } from 'node:crypto';
import type { ImageStream, TagReference } from '@tagstream/api-types';
import { type KubeClient, resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { digest, follows } from './support/streams.ts';
import { FIRST_IMAGE } from './support/workloads.ts';

const patience = { timeout: 15_000 };
/** A right that was granted is noticed within half a minute. */
const grantPatience = { timeout: 60_000, interval: 250 };

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);

/** Lets the service accounts of a namespace pull from the streams of another one, as `oc policy add-role-to-group` does. */
async function grant(kube: KubeClient, from: string, to: string): Promise<void> {
  const name = `pullers-${to}`;
  await kube.apply(
    { resource: resources.clusterRoles, name: 'system:image-puller' },
    { rules: [{ apiGroups: ['', 'image.openshift.io'], resources: ['imagestreams/layers'], verbs: ['get'] }] },
    { fieldManager: 'test', force: true },
  );
  await kube.apply(
    { resource: resources.roleBindings, namespace: from, name },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-puller' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `system:serviceaccounts:${to}` }],
    },
    { fieldManager: 'test', force: true },
  );
}

describe('an image that goes from one namespace to another', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let prod: string;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    const { kube } = cluster;
    prod = await makeNamespace('prod');
    await grant(kube, cluster.namespace, prod);
    const { TAGSTREAM_NAMESPACE: _all, ...env } = cluster.env;
    stack.use(await startService('trigger', env));
  });
  afterAll(() => stack.disposeAsync());

  async function makeNamespace(what: string): Promise<string> {
    const name = `${what}-${randomUUID().slice(0, 8)}`;
    await cluster.kube.create(resources.namespaces, { metadata: { name } });
    stack.defer(() => cluster.kube.delete({ resource: resources.namespaces, name }));
    return name;
  }

  const keyOf = (namespace: string, name: string) => ({ resource: resources.imageStreams, namespace, name });
  const apply = (namespace: string, name: string, tags: readonly TagReference[]) =>
    cluster.kube.apply(keyOf(namespace, name), { spec: { tags } }, { fieldManager: 'test', force: true });
  /** Images of a tag, newest first, each as the last digit of its digest; the reason where there is none. */
  const shown = async (namespace: string, name: string, tag: string) => {
    const { status } = await cluster.kube.get<ImageStream>(keyOf(namespace, name));
    const found = status?.tags?.find((candidate) => candidate.tag === tag);
    const images = (found?.items ?? []).map(({ image }) => image.slice(-1)).join('');
    return images || found?.conditions?.[0]?.reason;
  };
  /** What `oc tag dev/web@<digest> prod/web:live` writes. */
  const promote = (stream: string, hexDigit: string): TagReference => ({
    name: 'live',
    from: { kind: 'ImageStreamImage', namespace: cluster.namespace, name: `${stream}@${digest(hexDigit)}` },
  });

  test('is the digest that was tested: promoted by id it stays while the tag it came from moves on', async () => {
    const dev = cluster.namespace;
    await cluster.applyStream('app', [web('latest')]);
    await cluster.poll('app', 'latest', 'a');
    await expect.poll(() => shown(dev, 'app', 'latest'), patience).toBe('a');
    await apply(prod, 'app', [promote('app', 'a')]);
    await expect.poll(() => shown(prod, 'app', 'live'), patience).toBe('a');

    await cluster.poll('app', 'latest', 'b');
    await expect.poll(() => shown(dev, 'app', 'latest'), patience).toBe('ba');
    await apply(prod, 'app', [promote('app', 'b')]);
    await expect.poll(() => shown(prod, 'app', 'live'), patience).toBe('ba');
    // And back again: what ran before is still in the history of its stream.
    await apply(prod, 'app', [promote('app', 'a')]);
    await expect.poll(() => shown(prod, 'app', 'live'), patience).toBe('aba');
    const told = () => cluster.updates.filter(({ data }) => data.namespace === prod && data.stream === 'app');
    await expect
      .poll(
        () =>
          told()
            .map(({ data }) => data.image.slice(-1))
            .join(''),
        patience,
      )
      .toBe('aba');
    expect(told()[0]?.data.reference).toBe(`registry.example.com/shop/web@${digest('a')}`);
  });

  test('is copied once from a tag, and again when the spec tag is written anew', async () => {
    const dev = cluster.namespace;
    await cluster.applyStream('once', [web('latest')]);
    await cluster.poll('once', 'latest', 'a');
    const copy = (tag: string): TagReference => ({
      name: 'live',
      from: { kind: 'ImageStreamTag', namespace: dev, name: `once:${tag}` },
    });
    await apply(prod, 'once', [copy('latest')]);
    await expect.poll(() => shown(prod, 'once', 'live'), patience).toBe('a');
    await cluster.poll('once', 'latest', 'b');
    await expect.poll(() => shown(dev, 'once', 'latest'), patience).toBe('ba');
    expect(await shown(prod, 'once', 'live')).toBe('a');
    await apply(prod, 'once', [{ ...copy('latest'), generation: 0 }]);
    await expect.poll(() => shown(prod, 'once', 'live'), patience).toBe('ba');
  });

  test('#55 is not taken without the right to pull, by stream or workload, and is once the right is granted', {
    timeout: 100_000,
  }, async () => {
    const dev = cluster.namespace;
    const staging = await makeNamespace('staging');
    await cluster.applyStream('kept', [web('latest')]);
    await cluster.poll('kept', 'latest', 'c');
    await expect.poll(() => shown(dev, 'kept', 'latest'), patience).toBe('c');
    await apply(staging, 'kept', [promote('kept', 'c')]);
    const from = { kind: 'ImageStreamTag', namespace: dev, name: 'kept:latest' };
    const deployment = { resource: resources.deployments, namespace: staging, name: 'web' };
    await cluster.kube.apply(
      deployment,
      {
        metadata: {
          annotations: { 'image.openshift.io/triggers': JSON.stringify([{ from, fieldPath: FIRST_IMAGE }]) },
        },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'web', image: 'none' }] },
          },
        },
      },
      { fieldManager: 'test' },
    );
    await expect.poll(() => shown(staging, 'kept', 'live'), patience).toBe('Forbidden');
    const reasons = async () => {
      const { items } = await cluster.kube.list(resources.events, { namespace: staging });
      return items.map((event) => (event as { reason?: string }).reason);
    };
    await expect.poll(reasons, patience).toContain('ImagePullForbidden');
    const image = async () => {
      const object = await cluster.kube.get(deployment);
      return (object as unknown as { spec: { template: { spec: { containers: { image: string }[] } } } }).spec.template
        .spec.containers[0]?.image;
    };
    expect(await image()).toBe('none');

    await grant(cluster.kube, dev, staging);
    await expect.poll(() => shown(staging, 'kept', 'live'), grantPatience).toBe('c');
    await expect.poll(image, grantPatience).toBe(`registry.example.com/shop/web@${digest('c')}`);
  });
});
