import type { ImageStream } from '@tagstream/api-types';
import {
  type HistoryLimit,
  type IntegratedRegistry,
  reconcileSpecTags,
  type StreamAddress,
  statusRepositories,
} from '@tagstream/image-stream';
import type { KubeClient } from '@tagstream/kube';
import type { Clock, RunResult } from '@tagstream/service';
import type { Telemetry } from '../telemetry.ts';
import type { HistoryPublisher } from './publish-history.ts';
import { type StreamName, streamId, streamName } from './stream-key.ts';
import type { StreamLock } from './stream-lock.ts';
import { hasRepositories, type StreamView } from './stream-view.ts';
import { readStream, writeStatus } from './write-status.ts';

export interface ReconcileStreamDeps {
  readonly kube: Pick<KubeClient, 'get' | 'mergePatch'>;
  readonly view: (stream: StreamName) => StreamView | undefined;
  readonly history: HistoryPublisher;
  readonly lock: StreamLock;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly historyLimit: HistoryLimit;
  readonly registry: IntegratedRegistry;
}

/** When to look again for a stream that a tag is to be copied from. Its creation is not watched for. */
const WAIT_FOR_SOURCE_MS = 10_000;

/** When to try again after somebody else wrote the stream. */
const OVERTAKEN_RETRY_MS = 50;

/**
 * Brings the status of a stream to what its spec says, for everything that needs no registry, and publishes the events of
 * its history that are missing: those of tags resolved here, and those that a crash between a status write and its events left out.
 * Level-triggered; does nothing when there is nothing to do.
 */
export function reconcileStream(deps: ReconcileStreamDeps): (id: string) => Promise<RunResult | undefined> {
  return (id) => deps.lock(id, () => reconcileOnce(deps, streamName(id)));
}

async function reconcileOnce(deps: ReconcileStreamDeps, name: StreamName): Promise<RunResult | undefined> {
  const view = deps.view(name);
  if (view === undefined) {
    deps.history.forget(name);
    return undefined;
  }
  const unpublished = [...view.newest].filter(([tag, created]) => !deps.history.isPublished(name, tag, created));
  if (!view.specPending && unpublished.length === 0) return undefined;

  const stream = await readStream(deps.kube, name);
  if (stream === undefined) return undefined;
  const { status, changedTags, waitingFor } = await resolveSpec(deps, stream);
  let current = stream;
  if (status !== undefined || !hasRepositories(stream, deps.registry)) {
    const written = await writeStatus(deps.kube, stream, {
      ...(status && { tags: status.tags ?? [] }),
      ...statusRepositories(stream, deps.registry),
    });
    if (written === 'overtaken') {
      deps.telemetry.conflicted('stream', name);
      return { againAfterMs: OVERTAKEN_RETRY_MS };
    }
    current = written;
  }
  const observedAt = deps.clock.iso();
  await deps.history.publish(current, changedTags, { cause: 'tag', observedAt });
  const missed = unpublished.map(([tag]) => tag).filter((tag) => !changedTags.includes(tag));
  await deps.history.publish(current, missed, { cause: 'resync', observedAt });
  return waitingFor.length > 0 ? { againAfterMs: WAIT_FOR_SOURCE_MS } : undefined;
}

/** Resolves the spec tags, with the other streams that they name read now. */
async function resolveSpec(deps: ReconcileStreamDeps, stream: ImageStream) {
  const others = new Map<string, ImageStream | undefined>();
  const options = {
    lookupStream: (namespace: string, name: string) => others.get(streamId({ namespace, name })),
    now: deps.clock.iso(),
    historyLimit: deps.historyLimit,
    ...(deps.registry.internalHost && { internalHost: deps.registry.internalHost }),
  };
  let result = reconcileSpecTags(stream, options);
  const wanted = result.waitingFor;
  if (wanted.length > 0) {
    await Promise.all(wanted.map((address) => readOther(deps, address, others)));
    result = reconcileSpecTags(stream, options);
  }
  return result;
}

async function readOther(
  deps: ReconcileStreamDeps,
  { namespace, name }: StreamAddress,
  others: Map<string, ImageStream | undefined>,
): Promise<void> {
  others.set(streamId({ namespace, name }), await readStream(deps.kube, { namespace, name }));
}
