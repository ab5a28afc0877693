import type { ImageStream } from '@tagstream/api-types';
import { TagsStream, TagUpdated } from '@tagstream/events';
import { apiVersionOf, recordEvent } from '@tagstream/kube';
import { GroupIndex, keyedQueue } from '@tagstream/service';
import type { ImagesInUse } from '../images-in-use.ts';
import { ACK_WAIT_MS, durableName, FORBIDDEN_RETRY_MS, MAX_DELIVER, type Parts, RETRY } from '../parts.ts';
import { startPolicy } from '../policy/start-policy.ts';
import { resync } from '../resync.ts';
import { type StreamName, streamId, streamName } from '../stream/stream-key.ts';
import { createStreamLock } from '../stream/stream-lock.ts';
import { readKinds } from './configured-kinds.ts';
import { createFairLimit } from './fair-limit.ts';
import { followFile } from './follow-file.ts';
import { followTagHandler } from './follow-tag.ts';
import { createOwnWrites } from './own-writes.ts';
import { createProblemReports } from './problem-reports.ts';
import { sharedRead } from './shared-read.ts';
import { type UpdateWorkloadDeps, updateWorkload } from './update-workload.ts';
import { watchKinds } from './watch-kinds.ts';
import { workloadKinds } from './workload-kind.ts';
import { tagId, tagsFollowed, type WorkloadKey, type WorkloadView } from './workload-view.ts';

/** Tags whose followers are updated at the same time. */
const TAG_CONCURRENCY = 16;

/** Lane of updates because the workload itself changed, beside one lane for each tag that moved. */
const OWN_CHANGES = 'own changes';

/** Why an update is looked at again: others kept writing the workload. */
const BUSY_RETRY_MS = 1000;

/** Starts the half of the service that owns the image fields of annotated workloads. */
export async function startWorkloads(
  parts: Parts & {
    readonly readStream: (stream: StreamName) => Promise<ImageStream | undefined>;
    readonly inUse: ImagesInUse;
  },
): Promise<void> {
  const { bus, kube, mayPull, inUse, config, clock, health, telemetry, signal, defer } = parts;
  const index = new GroupIndex<WorkloadKey>();
  const keys = new Map<string, WorkloadKey>();
  const read = sharedRead((id) => parts.readStream(streamName(id)));
  const limit = createFairLimit(config.patchConcurrency);
  const lock = createStreamLock();
  const ownWrites = createOwnWrites();
  /** Workloads as they were before a change that is not looked at yet. */
  const changed = new Map<string, WorkloadView>();

  const problems = createProblemReports(clock, (key, { uid, reason, message }) =>
    recordEvent(kube, {
      regarding: { ...regarding(key), uid },
      type: 'Warning',
      reason,
      message,
      component: 'tagstream-trigger',
      clock,
    }),
  );
  /** Workloads that are to be looked at when a time comes: a run takes that time away and has to find it again. */
  const waiting = new Set<string>();
  const gate = startPolicy({
    kube,
    clock,
    telemetry,
    regarding,
    again(id, ms) {
      waiting.add(id);
      queue.addAfter(id, ms);
    },
  });
  const deps: Omit<UpdateWorkloadDeps, 'inTurn'> = {
    kube,
    telemetry,
    cached: ({ kind, namespace, name }) => watches.cached(kind, namespace, name),
    readStream: (stream) => read(streamId(stream)),
    mayPull,
    problems,
    gate,
    changedFrom({ id }) {
      const before = changed.get(id);
      changed.delete(id);
      return before;
    },
    wrote: ({ id }, resourceVersion) => void (keys.has(id) && ownWrites.wrote(id, resourceVersion)),
  };
  /** True when the change that a workload is to be looked at for was the own write that ended a moment ago. */
  const isOwnChange = (key: WorkloadKey) => {
    const isOwn = ownWrites.made(key.id, deps.cached(key)?.resourceVersion ?? '');
    if (isOwn) changed.delete(key.id);
    return isOwn;
  };
  const update = async (key: WorkloadKey, lane: string) => {
    const result = await lock(key.id, async () => {
      if (lane === OWN_CHANGES && isOwnChange(key) && !waiting.has(key.id)) return 'unchanged';
      waiting.delete(key.id);
      return updateWorkload({ ...deps, inTurn: (write) => limit(lane, write) }, key);
    });
    if (result === 'forbidden') queue.addAfter(key.id, FORBIDDEN_RETRY_MS);
    return result;
  };

  const queue = defer(
    keyedQueue({
      concurrency: config.patchConcurrency,
      retry: RETRY,
      clock,
      run: async (id) => {
        const key = keys.get(id);
        if (key === undefined) return undefined;
        return (await update(key, OWN_CHANGES)) === 'busy' ? { againAfterMs: BUSY_RETRY_MS } : undefined;
      },
      onError: ({ key, error, retryInMs }) =>
        telemetry.log.warn({ workload: key, err: error, retryInMs }, 'workload not updated'),
    }),
  );

  const watches = defer(
    watchKinds({
      kube,
      health,
      signal,
      namespace: config.namespace,
      kinds: workloadKinds.filter(({ resource }) => config.triggerKinds.includes(resource.plural)),
      onChange: (key, now, before) => {
        index.set(key.id, key, now ? tagsFollowed(now, key.namespace) : []);
        inUse.set(key, now?.images ?? []);
        if (now === undefined) {
          keys.delete(key.id);
          ownWrites.forget(key.id);
          changed.delete(key.id);
          waiting.delete(key.id);
          problems.clear(key);
          gate.gone(key);
          return;
        }
        keys.set(key.id, key);
        const isOurs = ownWrites.made(key.id, now.resourceVersion);
        ownWrites.forget(key.id);
        if (now.fingerprint === before?.fingerprint || isOurs) return;
        if (before && !changed.has(key.id)) changed.set(key.id, before);
        queue.add(key.id);
      },
    }),
  );
  // A tag-updated message must find its followers: nothing is consumed before the index is complete.
  await watches.synced;
  inUse.workloadsKnown();
  if (config.workloads !== undefined) {
    const path = config.workloads;
    await followFile({
      read: () => readKinds(path),
      clock,
      signal,
      onChange: watches.configure,
      onProblem: (problem) => {
        const detail = problem === undefined ? 'taken up' : `refused, the kinds from before stay: ${problem}`;
        health.set('further kinds of workloads', { ready: true, detail });
        telemetry.log[problem === undefined ? 'info' : 'error']({ path, detail }, 'file of further kinds of workloads');
      },
    });
  }

  const consumer = defer(
    bus.consume(TagUpdated, {
      stream: TagsStream,
      durable: durableName('trigger-workloads', config.namespace),
      concurrency: TAG_CONCURRENCY,
      maxDeliver: MAX_DELIVER,
      ackWaitMs: ACK_WAIT_MS,
      retry: RETRY,
      ...(config.namespace && { filter: `tag-updated.${config.namespace}.>` }),
      keyOf: tagId,
      handler: followTagHandler({ followers: (tag) => index.members(tag), update, clock, telemetry }),
      observe: telemetry.consumed('trigger-workloads'),
    }),
  );
  health.check('tag-updated', () => consumer.health());
  void resync(parts, () => [...keys.keys()].forEach(queue.add));
}

function regarding({ kind, namespace, name }: WorkloadKey) {
  return { apiVersion: apiVersionOf(kind.resource), kind: kind.resource.kind, namespace, name };
}
