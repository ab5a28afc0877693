import { type ImageStream, specTag } from '@tagstream/api-types';
import {
  type HistoryLimit,
  type IntegratedRegistry,
  reconcileSpecTags,
  type StreamAddress,
} from '@tagstream/image-stream';
import type { KubeClient, PullPermission } from '@tagstream/kube';
import type { Clock, RunResult } from '@tagstream/service';
import { FORBIDDEN_RETRY_MS } from '../parts.ts';
import type { Telemetry } from '../telemetry.ts';
import type { HistoryPublisher } from './publish-history.ts';
import { hasRepositories, repositoriesPatch } from './repositories.ts';
import { type StreamName, streamId, streamName, streamNameOf } from './stream-key.ts';
import type { StreamLock } from './stream-lock.ts';
import type { StreamView } from './stream-view.ts';
import { readStream, writeStatus } from './write-status.ts';

export interface ReconcileStreamDeps {
  readonly kube: Pick<KubeClient, 'get' | 'mergePatch'>;
  readonly view: (stream: StreamName) => StreamView | undefined;
  /** Told which other streams a stream waits for; it is to be reconciled again when one of them changes. */
  readonly waitFor: (stream: StreamName, sources: readonly StreamName[]) => void;
  /** Whether a namespace may take images from a stream of another one. */
  readonly mayPull: PullPermission;
  readonly history: HistoryPublisher;
  readonly lock: StreamLock;
  readonly clock: Pick<Clock, 'iso'>;
  readonly telemetry: Pick<Telemetry, 'conflicted'>;
  readonly historyLimit: HistoryLimit;
  readonly registry: IntegratedRegistry;
}

/** When to look again for a stream that a tag is to be copied from, in case it is in a namespace that is not watched. */
export const WAIT_FOR_SOURCE_MS = 60_000;

/** When to try again after somebody else wrote the stream. */
const OVERTAKEN_RETRY_MS = 50;

/**
 * Brings the status of a stream to what its spec says, for everything that needs no registry, and publishes what changed
 * by that. Level-triggered; does nothing when there is nothing to do.
 */
export function reconcileStream(deps: ReconcileStreamDeps): (id: string) => Promise<RunResult | undefined> {
  return async (id) => {
    const name = streamName(id);
    deps.waitFor(name, []);
    return deps.view(name)?.specPending ? deps.lock(id, () => reconcileOnce(deps, name)) : undefined;
  };
}

async function reconcileOnce(deps: ReconcileStreamDeps, name: StreamName): Promise<RunResult | undefined> {
  const stream = await readStream(deps.kube, name);
  if (stream === undefined) return undefined;
  const { status, changedTags, waitingFor, errors } = await resolveSpec(deps, stream);
  if (status !== undefined || !hasRepositories(stream, deps.registry)) {
    const written = await writeStatus(deps.kube, stream, {
      ...(status && { tags: status.tags ?? [] }),
      ...repositoriesPatch(stream, deps.registry),
    });
    if (written === 'overtaken') {
      deps.telemetry.conflicted('stream', name);
      return { againAfterMs: OVERTAKEN_RETRY_MS };
    }
    await publish(deps, written, changedTags);
  }
  if (errors.some(({ reason }) => reason === 'Forbidden')) return { againAfterMs: FORBIDDEN_RETRY_MS };
  return waitingFor.length > 0 ? { againAfterMs: WAIT_FOR_SOURCE_MS } : undefined;
}

/** A tag that takes over another one was changed by that one, any other by its spec. */
async function publish(deps: ReconcileStreamDeps, stream: ImageStream, tags: readonly string[]): Promise<void> {
  const observedAt = deps.clock.iso();
  const takesOver = (tag: string) => specTag(stream, tag)?.from?.kind === 'ImageStreamTag';
  await deps.history.publish(
    stream,
    tags.filter((tag) => !takesOver(tag)),
    { cause: 'spec', observedAt },
  );
  await deps.history.publish(stream, tags.filter(takesOver), { cause: 'tag', observedAt });
}

/** Resolves the spec tags, with the other streams that they name read now. */
async function resolveSpec(deps: ReconcileStreamDeps, stream: ImageStream) {
  const others = new Map<string, ImageStream | undefined>();
  const options = {
    lookupStream: (namespace: string, name: string) => others.get(streamId({ namespace, name })),
    now: deps.clock.iso(),
    historyLimit: deps.historyLimit,
    ...(deps.registry.internalHost && deps.registry.sharesImages && { internalHost: deps.registry.internalHost }),
  };
  const alone = reconcileSpecTags(stream, options);
  if (alone.waitingFor.length === 0) return alone;
  // Before the reads: whatever changes after them starts another run.
  deps.waitFor(streamNameOf(stream), alone.waitingFor);
  const refusals = new Map<string, string>();
  const own = stream.metadata.namespace ?? '';
  await Promise.all(
    alone.waitingFor.map(async (address) => {
      const refusal = await deps.mayPull(own, address);
      if (refusal === undefined) await readOther(deps, address, others);
      else refusals.set(streamId(address), refusal);
    }),
  );
  const refusePull = (namespace: string, name: string) => refusals.get(streamId({ namespace, name }));
  return reconcileSpecTags(stream, { ...options, refusePull });
}

async function readOther(
  deps: ReconcileStreamDeps,
  { namespace, name }: StreamAddress,
  others: Map<string, ImageStream | undefined>,
): Promise<void> {
  others.set(streamId({ namespace, name }), await readStream(deps.kube, { namespace, name }));
}
