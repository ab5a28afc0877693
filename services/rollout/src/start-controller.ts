import type { DeploymentConfig, ImageStream, ReplicationController } from '@tagstream/api-types';
import type { Bus } from '@tagstream/bus';
import type { RolloutPod } from '@tagstream/deployment';
import { TagsStream, TagUpdated } from '@tagstream/events';
import {
  createPullPermission,
  eventRecorder,
  type KubeClient,
  permitEveryPull,
  resources,
  watchCache,
} from '@tagstream/kube';
import { GroupIndex, type KeyedQueue, keyedQueue, reportWatch, type ServiceContext } from '@tagstream/service';
import { createAnnouncer } from './announce.ts';
import type { RolloutConfig } from './config.ts';
import type { EventRecorder } from './events.ts';
import { followTagHandler } from './follow-tag.ts';
import { createImageWaits } from './image-waits.ts';
import { PendingWrites } from './pending-write.ts';
import { createPullRefusals } from './pull-refusals.ts';
import { reconcile } from './reconcile.ts';
import { StatusPace } from './status-pace.ts';
import type { Telemetry } from './telemetry.ts';
import {
  configId,
  movedTags,
  rolloutPodSelector,
  tagId,
  viewConfig,
  viewController,
  viewPod,
  viewStream,
} from './views.ts';
import { WakeUps } from './wake-ups.ts';

/** Waits after failures. An outage is waited for without end; a quota may be raised at any time. */
const RETRY = { minMs: 200, maxMs: 30_000, factor: 2 } as const;

/** Tags whose followers are looked at at the same time. */
const TAG_CONCURRENCY = 16;

/**
 * A message is given up after so many deliveries. With waits of up to 30 s this is several hours: longer than an outage, short
 * enough that a message nobody can process comes to an operator's attention.
 */
const MAX_DELIVER = 1000;

/** When a message of a killed replica goes to another one; a message that is being worked on is kept alive. */
const ACK_WAIT_MS = 5000;

interface Parts extends Pick<ServiceContext<RolloutConfig>, 'config' | 'clock' | 'health' | 'signal' | 'defer'> {
  readonly bus: Bus;
  readonly kube: KubeClient;
  readonly telemetry: Telemetry;
}

/**
 * Starts the controller: four watches and one consumer that say which DeploymentConfig to look at, and a queue that takes one
 * step at a time for each.
 */
export async function startController(parts: Parts): Promise<void> {
  const { bus, kube, config, clock, health, telemetry, signal, defer } = parts;
  const controllers = new GroupIndex<ReplicationController>();
  const rolloutPods = new GroupIndex<RolloutPod>();
  const followers = new GroupIndex<string>();
  const wakeUps = new WakeUps();
  const onDropped = telemetry.eventDropped;
  const record = eventRecorder({ kube, component: 'tagstream-rollout', clock, signal, onDropped });
  const recordEvent: EventRecorder = (dc, note) => record(resources.deploymentConfigs, dc, note);
  const waits = createImageWaits({ clock, recordEvent, telemetry });
  const mayPull = config.checkPullPermission ? createPullPermission(kube, clock) : permitEveryPull;

  const queue: KeyedQueue = defer(
    keyedQueue({
      concurrency: config.concurrency,
      retry: RETRY,
      clock,
      run: async (key, stop) => {
        // With views that are not complete yet everything would seem to be missing.
        await Promise.all(views.map(({ synced }) => synced));
        return await reconcile(deps, key, stop);
      },
      onError: ({ key, error, retryInMs }) =>
        telemetry.log.warn({ config: key, err: error, retryInMs }, 'rollout step failed'),
    }),
  );
  const watch = { ...(config.namespace && { namespace: config.namespace }), signal };
  const configs = defer(
    watchCache(kube, resources.deploymentConfigs, {
      ...watch,
      project: (object: DeploymentConfig) => viewConfig(object),
      onChange: ({ namespace, name }, now) => {
        const key = configId(namespace, name);
        followers.set(key, key, now?.tags ?? []);
        if (now === undefined) waits.forget(key);
        queue.add(key);
      },
      onStatus: reportWatch(health, 'deploymentconfigs'),
    }),
  );
  const rcs = defer(
    watchCache(kube, resources.replicationControllers, {
      ...watch,
      project: (object: ReplicationController) => viewController(object),
      onChange: ({ namespace, name }, now, before) => {
        const id = `${namespace}/${name}`;
        if (now) controllers.set(id, now.rc, now.configs);
        else if (before) controllers.set(id, before.rc, []);
        for (const key of new Set([...(now?.configs ?? []), ...(before?.configs ?? [])])) queue.add(key);
      },
      onStatus: reportWatch(health, 'replicationcontrollers'),
    }),
  );
  const pods = defer(
    watchCache(kube, resources.pods, {
      ...watch,
      labelSelector: rolloutPodSelector,
      project: (object: RolloutPod) => viewPod(object),
      onChange: ({ namespace, name }, now, before) => {
        const id = `${namespace}/${name}`;
        const pod = now ?? before;
        if (pod) rolloutPods.set(id, pod.pod, now ? [now.controller] : []);
        for (const controller of new Set([now?.controller, before?.controller])) {
          // Without its ReplicationController in view nothing can be done; its arrival brings the next look.
          if (controller) rcs.get(...split(controller))?.configs.forEach(queue.add);
        }
      },
      onStatus: reportWatch(health, 'pods'),
    }),
  );
  const streams = defer(
    watchCache(kube, resources.imageStreams, {
      ...watch,
      project: (object: ImageStream) => viewStream(object),
      onChange: ({ namespace, name: stream }, now, before) => {
        for (const tag of movedTags(now, before))
          followers.members(tagId({ namespace, stream, tag })).forEach(queue.add);
      },
      onStatus: reportWatch(health, 'imagestreams'),
    }),
  );
  const views = [configs, rcs, pods, streams];
  const deps = {
    kube,
    clock,
    telemetry,
    announcer: createAnnouncer(bus, telemetry),
    recordEvent,
    waits,
    pending: new PendingWrites(),
    statusPace: new StatusPace(),
    pulls: createPullRefusals({ mayPull, recordEvent, telemetry }),
    wakeUps,
    config: (key: string) => configs.get(...split(key)),
    controllers: (key: string) => controllers.members(key),
    pods: (key: string) =>
      controllers.members(key).flatMap(({ metadata }) => {
        return rolloutPods.members(`${metadata.namespace ?? ''}/${metadata.name}`);
      }),
    seesStreamsOf: (namespace: string) => config.namespace === undefined || namespace === config.namespace,
    resolve: (namespace: string, stream: string, tag: string) => streams.get(namespace, stream)?.get(tag),
  };
  // A tag-updated message must find its followers: nothing is consumed before the index is complete.
  await Promise.all(views.map(({ synced }) => synced));

  const durable = config.namespace === undefined ? 'rollout' : `rollout-${config.namespace}`;
  const consumer = defer(
    bus.consume(TagUpdated, {
      stream: TagsStream,
      durable,
      concurrency: TAG_CONCURRENCY,
      maxDeliver: MAX_DELIVER,
      ackWaitMs: ACK_WAIT_MS,
      retry: RETRY,
      keyOf: tagId,
      handler: followTagHandler({
        followers: (tag) => followers.members(tag),
        wakeUps,
        add: queue.add,
        clock,
        telemetry,
      }),
      observe: telemetry.consumed('rollout'),
    }),
  );
  health.check('tag-updated', () => consumer.health());
  void resync(parts, () => {
    for (const { dc } of configs.values()) queue.add(configId(dc.metadata.namespace ?? '', dc.metadata.name));
  });
}

/** Looks at everything now and then, so that what was missed in any way heals by itself. */
async function resync({ clock, config, signal }: Parts, lookAtAll: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(config.resyncSeconds * 1000, signal).catch(() => undefined);
    if (!signal.aborted) lookAtAll();
  }
}

function split(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
