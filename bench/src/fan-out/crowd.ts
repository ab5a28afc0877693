import { setTimeout } from 'node:timers/promises';
import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, resources, type WatchCache, watchCache } from '@tagstream/kube';
import pLimit from 'p-limit';

const FIRST_IMAGE = '/spec/template/spec/containers/0/image';

/** The Deployment controller looks after a thousand of them within seconds. */
const STATUS_TIMEOUT_MS = 120_000;

/** What is looked at of a Deployment. */
export interface Seen {
  readonly image: string;
  readonly generation: number;
}

interface DeploymentObject extends KubeObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly reason: string }[] };
}

/** The images that the bench moves to and fro. */
export const imageOf = (n: number): { readonly image: string; readonly reference: string } => {
  const image = `sha256:${n.toString(16).padStart(64, '0')}`;
  return { image, reference: `registry.example.com/shop/app@${image}` };
};

/** Deployments of a namespace of their own, and the means to wait until all of them have an image. */
export interface Crowd {
  readonly cache: WatchCache<Seen>;
  /** Resolves when every Deployment, or only the one named, has the image. */
  has(reference: string, name?: string): Promise<void>;
}

/**
 * Creates Deployments without pods and waits until the Deployment controller has written their status. Each follows
 * `<stream>:latest` when a stream is given, and carries an annotation of the same size that means nothing when not: whoever writes
 * them, they cost the API server the same.
 */
export async function createCrowd(
  kube: KubeClient,
  namespace: string,
  names: readonly string[],
  stream: string | undefined,
  signal: AbortSignal,
): Promise<Crowd> {
  await kube.create(resources.namespaces, { metadata: { name: namespace } });
  const limit = pLimit(16);
  const create = (name: string) =>
    kube.create(resources.deployments, deployment(namespace, name, stream), { fieldManager: 'owner' });
  await Promise.all(names.map((name) => limit(() => create(name))));
  await waitForStatus(kube, namespace, signal);
  const waits = new Set<() => void>();
  let lacking = new Set<string>();
  let wanted = '';
  const cache: WatchCache<Seen> = watchCache<DeploymentObject, Seen>(kube, resources.deployments, {
    namespace,
    signal,
    project: ({ metadata, spec }) => ({
      image: spec.template.spec.containers[0]?.image ?? '',
      generation: metadata.generation ?? 0,
    }),
    onChange: ({ name }, now) => {
      if (now?.image === wanted) lacking.delete(name);
      if (lacking.size === 0) for (const tell of waits) tell();
    },
  });
  await cache.synced;
  return {
    cache,
    has: (reference, name) =>
      new Promise((resolve) => {
        wanted = reference;
        lacking = new Set(name === undefined ? names : [name]);
        for (const each of lacking) if (cache.get(namespace, each)?.image === reference) lacking.delete(each);
        const tell = () => {
          waits.delete(tell);
          resolve();
        };
        if (lacking.size === 0) tell();
        else waits.add(tell);
      }),
  };
}

/** The Deployment controller's last word on a Deployment without pods is that it progresses no more. */
async function waitForStatus(kube: KubeClient, namespace: string, signal: AbortSignal): Promise<void> {
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(STATUS_TIMEOUT_MS)]);
  const isWritten = ({ status }: DeploymentObject) =>
    status?.conditions?.some(({ type, reason }) => type === 'Progressing' && reason === 'NewReplicaSetAvailable');
  for (;;) {
    const { items } = await kube.list<DeploymentObject>(resources.deployments, { namespace, signal: giveUp });
    if (items.every(isWritten)) return;
    await setTimeout(500, undefined, { signal: giveUp });
  }
}

/** Writes the image of each Deployment with nothing to decide, so many at once, as somebody else than its owner. */
export async function bareFanOut(
  kube: KubeClient,
  namespace: string,
  names: readonly string[],
  reference: string,
  concurrency: number,
): Promise<void> {
  const limit = pLimit(concurrency);
  const patch = [{ op: 'replace' as const, path: FIRST_IMAGE, value: reference }];
  await Promise.all(
    names.map((name) =>
      limit(() =>
        kube.jsonPatch({ resource: resources.deployments, namespace, name }, patch, { fieldManager: 'bare' }),
      ),
    ),
  );
}

function deployment(namespace: string, name: string, stream: string | undefined): KubeObject {
  const trigger = {
    from: { kind: 'ImageStreamTag', name: `${stream}:latest` },
    fieldPath: 'spec.template.spec.containers[0].image',
  };
  const annotation = stream === undefined ? 'image.example.com/triggers' : 'image.openshift.io/triggers';
  const annotations = { [annotation]: JSON.stringify([trigger]) };
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'none' }] } };
  return {
    metadata: { name, namespace, annotations },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  } as KubeObject;
}
