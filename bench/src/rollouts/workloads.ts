import type { DeploymentConfig, KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, resources, watchCache } from '@tagstream/kube';
import pLimit from 'p-limit';

/** Requests in flight of whoever creates or changes the workloads. */
const IN_FLIGHT = 16;

const REPLICAS = 2;

/** What all rollouts of a run have in common: both kinds replace pods one by one, one above the number asked for. */
const shared = {
  replicas: REPLICAS,
  minReadySeconds: 0,
  revisionHistoryLimit: 10,
  share: { maxSurge: '25%', maxUnavailable: '25%' },
};

/** One kind of workload, so that both are created, changed and waited for by the same code. */
export interface Kind {
  readonly resource: Resource;
  readonly spec: (name: string, image: string) => object;
  /** The image that is rolled out to the last pod, undefined while a rollout is under way. */
  readonly rolledOut: (object: KubeObject) => string | undefined;
}

const template = (name: string, image: string) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'app', image }], terminationGracePeriodSeconds: 0 },
});

interface Counts {
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
}

function isWhole({ replicas, updatedReplicas, availableReplicas, observedGeneration }: Counts, generation = 0) {
  const counts = [replicas, updatedReplicas, availableReplicas];
  return (observedGeneration ?? 0) >= generation && counts.every((count) => count === REPLICAS);
}

export const deploymentConfigs: Kind = {
  resource: resources.deploymentConfigs,
  spec: (name, image) => ({
    replicas: shared.replicas,
    minReadySeconds: shared.minReadySeconds,
    revisionHistoryLimit: shared.revisionHistoryLimit,
    selector: { app: name },
    strategy: {
      type: 'Rolling',
      // The least pauses that a DeploymentConfig may have; a Deployment has none.
      rollingParams: { ...shared.share, updatePeriodSeconds: 1, intervalSeconds: 1, timeoutSeconds: 600 },
    },
    triggers: [{ type: 'ConfigChange' }],
    template: template(name, image),
  }),
  rolledOut(object) {
    const { metadata, spec, status } = object as DeploymentConfig;
    const done = status?.conditions?.some(
      ({ type, reason }) => type === 'Progressing' && reason === 'NewReplicationControllerAvailable',
    );
    return done && isWhole(status ?? {}, metadata.generation) ? spec.template?.spec?.containers[0]?.image : undefined;
  },
};

export const deployments: Kind = {
  resource: resources.deployments,
  spec: (name, image) => ({
    replicas: shared.replicas,
    minReadySeconds: shared.minReadySeconds,
    revisionHistoryLimit: shared.revisionHistoryLimit,
    selector: { matchLabels: { app: name } },
    strategy: { type: 'RollingUpdate', rollingUpdate: shared.share },
    progressDeadlineSeconds: 600,
    template: template(name, image),
  }),
  rolledOut(object) {
    const { metadata, spec, status } = object as DeploymentConfig;
    return isWhole(status ?? {}, metadata.generation) ? spec.template?.spec?.containers[0]?.image : undefined;
  },
};

/** Workloads of one kind in a namespace of their own. */
export interface Fleet {
  /** Has all of them run an image, and resolves when the last one is through. Answers the seconds that it took. */
  rollOut(image: string): Promise<number>;
}

/** Creates the workloads and waits until they run. */
export async function createFleet(
  kube: KubeClient,
  kind: Kind,
  { namespace, size, signal }: { readonly namespace: string; readonly size: number; readonly signal: AbortSignal },
): Promise<Fleet> {
  const names = Array.from({ length: size }, (_, n) => `app-${n}`);
  const limit = pLimit(IN_FLIGHT);
  const running = new Map<string, string | undefined>();
  let waiting: { readonly image: string; readonly done: () => void } | undefined;
  await kube.create(resources.namespaces, { metadata: { name: namespace } });
  const cache = watchCache(kube, kind.resource, {
    namespace,
    signal,
    project: (object: KubeObject) => kind.rolledOut(object) ?? '',
    onChange: ({ name }, image) => {
      running.set(name, image);
      if (waiting && [...running.values()].filter((each) => each === waiting?.image).length === size) waiting.done();
    },
  });
  await cache.synced;

  async function changed(image: string, change: (name: string) => Promise<unknown>): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting = { image, done: resolve };
    const startedAt = performance.now();
    await Promise.all(names.map((name) => limit(() => change(name))));
    await promise;
    waiting = undefined;
    return (performance.now() - startedAt) / 1000;
  }

  await changed('app:1', (name) => {
    return kube.create(kind.resource, { metadata: { name, namespace }, spec: kind.spec(name, 'app:1') } as KubeObject);
  });
  return {
    rollOut: (image) =>
      changed(image, (name) => {
        return kube.jsonPatch({ resource: kind.resource, namespace, name }, [
          { op: 'replace', path: '/spec/template/spec/containers/0/image', value: image },
        ]);
      }),
  };
}
