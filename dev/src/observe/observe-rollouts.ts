import type { DeploymentConfig, ImageStream, ReplicationController } from '@tagstream/api-types';
import type { Bus } from '@tagstream/bus';
import { RegistryPoll, RegistryPush, RegistryStream, TagsStream, TagUpdated, WebhookStream } from '@tagstream/events';
import { type KubeClient, resources, watchCache } from '@tagstream/kube';
import { areScaledDown, type Deployment, isInStatus, isReady, runsImage } from './rollout-state.ts';
import { type Followed, type Step, type StepTimes, steps } from './steps.ts';

/** Sees what becomes of pushes by watching Kubernetes and NATS the way anybody else could. */
export interface RolloutObserver extends AsyncDisposable {
  /**
   * Follows a push from now on. Call it right before the manifest is sent, and tell `pushed` when the registry has accepted it.
   * @param digest of the image that is about to be pushed, which must be new
   */
  follow(digest: string, onStep?: (step: Step, atMs: number, detail: string) => void): FollowedPush;
}

export interface FollowedPush {
  pushed(): void;
  /** Resolves when every step has been seen. */
  readonly done: Promise<StepTimes>;
  /** Steps not seen yet, in order. */
  missing(): readonly Step[];
}

interface Current {
  readonly digest: string;
  readonly note: (step: Step, detail: string) => void;
}

/** Label of the ReplicationControllers of a DeploymentConfig. */
const LABEL = 'openshift.io/deployment-config.name';

/** Starts watching; resolves when nothing that happens from now on can be missed. */
export async function observeRollouts(bus: Bus, kube: KubeClient, followed: Followed): Promise<RolloutObserver> {
  const { namespace, stream, tag, deployment, deploymentConfig } = followed;
  const resourcesInUse = new AsyncDisposableStack();
  let current: Current | undefined;
  let config: DeploymentConfig | undefined;
  const controllers = new Map<string, ReplicationController>();
  const note = (step: Step, detail: string) => current?.note(step, detail);

  const lookAtControllers = () => {
    const digest = current?.digest;
    if (digest === undefined || config === undefined) return;
    const all = [...controllers.values()];
    const mine = all.find((controller) => runsImage(controller.spec.template, digest));
    if (mine === undefined) return;
    const older = all.filter((controller) => controller !== mine);
    const names = older.map(({ metadata }) => metadata.name).join(', ');
    note('replicationControllerCreated', `ReplicationController ${mine.metadata.name} created`);
    if (!isReady(mine, config)) return;
    note('replicationControllerReady', `${mine.metadata.name} ready with ${mine.status?.readyReplicas} pods`);
    if (areScaledDown(older)) note('oldScaledDown', `scaled to zero: ${names || 'nothing older'}`);
  };

  const push = bus.subscribe(RegistryPush, {
    stream: WebhookStream,
    from: 'new',
    onEvent: ({ data }) => {
      if (data.claimedDigest === current?.digest && current) {
        note('pushSeen', `push announced by the registry (webhook from ${data.source})`);
      }
    },
  });
  const poll = bus.subscribe(RegistryPoll, {
    stream: RegistryStream,
    filter: `registry-poll.${namespace}.>`,
    from: 'new',
    onEvent: ({ data }) => {
      if (data.outcome.kind !== 'image' || data.outcome.image !== current?.digest) return;
      if (data.cause !== 'webhook') note('pushSeen', `push found by polling (${data.cause})`);
      note('registryAsked', `registry asked: ${data.outcome.reference}`);
    },
  });
  const updated = bus.subscribe(TagUpdated, {
    stream: TagsStream,
    filter: `tag-updated.${namespace}.>`,
    from: 'new',
    onEvent: ({ data }) => {
      if (data.image === current?.digest && data.tag === tag && data.stream === stream) {
        note('tagUpdated', `tag-updated on NATS (${data.cause})`);
      }
    },
  });
  for (const subscription of [push, poll, updated]) resourcesInUse.use(subscription);

  const named = (name: string) => ({ namespace, fieldSelector: `metadata.name=${name}` });
  const caches = [
    watchCache(kube, resources.imageStreams, {
      ...named(stream),
      project: (object: ImageStream) => object,
      onChange: (_name, now) => {
        if (now && current && isInStatus(now, tag, current.digest)) {
          note('digestInStatus', `digest in the status of ImageStream ${stream}`);
        }
      },
    }),
    watchCache(kube, resources.deployments, {
      ...named(deployment),
      project: (object: Deployment) => object.spec.template,
      onChange: (_name, now) => {
        if (now && current && runsImage(now, current.digest)) {
          note('deploymentPatched', `Deployment ${deployment} patched`);
        }
      },
    }),
    watchCache(kube, resources.deploymentConfigs, {
      ...named(deploymentConfig),
      project: (object: DeploymentConfig) => object,
      onChange: (_name, now) => {
        config = now;
        lookAtControllers();
      },
    }),
    watchCache(kube, resources.replicationControllers, {
      namespace,
      labelSelector: `${LABEL}=${deploymentConfig}`,
      project: (object: ReplicationController) => object,
      onChange: ({ name }, now) => {
        if (now === undefined) controllers.delete(name);
        else controllers.set(name, now);
        lookAtControllers();
      },
    }),
  ];
  for (const cache of caches) resourcesInUse.use(cache);
  await Promise.all([...caches.map(({ synced }) => synced), ...[push, poll, updated].map(({ ready }) => ready)]);

  return {
    follow(digest, onStep) {
      const sentAt = performance.now();
      const times: Partial<Record<Step, number>> = {};
      const missing = () => steps.filter((step) => times[step] === undefined);
      const { promise: done, resolve } = Promise.withResolvers<StepTimes>();
      const see = (step: Step, detail: string) => {
        if (times[step] !== undefined) return;
        const atMs = Math.round((performance.now() - sentAt) * 10) / 10;
        times[step] = atMs;
        onStep?.(step, atMs, detail);
        if (missing().length === 0) resolve(times as StepTimes);
      };
      current = { digest, note: see };
      return { pushed: () => see('pushed', 'image pushed, tag moved'), done, missing };
    },
    [Symbol.asyncDispose]: () => resourcesInUse.disposeAsync(),
  };
}
