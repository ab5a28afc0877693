import type { ImageStream } from '@tagstream/api-types';
import type { Handler } from '@tagstream/bus';
import type { EventData, RegistryPoll } from '@tagstream/events';
import { applyRegistryPoll, followersOf, type HistoryLimit } from '@tagstream/image-stream';
import { isKubeError, type KubeClient } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from '../telemetry.ts';
import type { HistoryPublisher } from './publish-history.ts';
import { streamId } from './stream-key.ts';
import type { StreamLock } from './stream-lock.ts';
import { readStream, writeStatus } from './write-status.ts';

/** What a poller found out about a tag. */
export type Observation = EventData<typeof RegistryPoll>;

export interface ApplyPollDeps {
  readonly kube: Pick<KubeClient, 'get' | 'mergePatch'>;
  readonly history: HistoryPublisher;
  readonly lock: StreamLock;
  readonly clock: Pick<Clock, 'iso'>;
  readonly telemetry: Pick<Telemetry, 'conflicted' | 'observed'>;
  readonly historyLimit: HistoryLimit;
  /** Asks the pollers to look at the reference again. */
  readonly askAgain: (observation: Observation) => Promise<void>;
}

/** A stream is rarely written by anybody else; when it is, a few rounds find a quiet moment. */
const MAX_ROUNDS = 5;

/** When to try again after that many writers were faster. */
const BUSY_RETRY_MS = 200;

/**
 * Merges an observation into the status of its ImageStream and publishes what changed; acknowledged only when both are
 * durable. Delivered again, the status says it already and only what is missing is published. An observation that has been
 * overtaken is dropped and a new check asked for.
 */
export function applyPollHandler(deps: ApplyPollDeps): Handler<Observation> {
  return async ({ data }) => {
    const stream = { namespace: data.namespace, name: data.stream };
    return deps.lock(streamId(stream), async () => {
      try {
        for (let round = 0; round < MAX_ROUNDS; round++) {
          const applied = await applyOnce(deps, data);
          if (applied !== 'overtaken') return { kind: 'done' };
          deps.telemetry.conflicted('stream', stream);
        }
      } catch (error) {
        if (!isKubeError(error, 'invalid')) throw error;
        return { kind: 'reject', reason: `the API server does not take the status: ${error.message}` };
      }
      return { kind: 'retry', afterMs: BUSY_RETRY_MS, reason: 'the ImageStream is being written by others' };
    });
  };
}

async function applyOnce(deps: ApplyPollDeps, observation: Observation): Promise<'done' | 'overtaken'> {
  const { namespace, stream: name, tag } = observation;
  const about = { namespace, stream: name, tag };
  const stream = await readStream(deps.kube, { namespace, name });
  if (stream === undefined) {
    deps.telemetry.observed('gone', about);
    return 'done';
  }
  const result = applyRegistryPoll(stream, observation, { now: deps.clock.iso(), historyLimit: deps.historyLimit });
  switch (result.kind) {
    case 'stale':
      deps.telemetry.observed('stale', { ...about, why: result.why });
      if (result.why === 'newer-item') await deps.askAgain(observation);
      return 'done';
    case 'unchanged':
      deps.telemetry.observed('unchanged', about);
      await publish(deps, stream, observation);
      return 'done';
    case 'applied': {
      const written = await writeStatus(deps.kube, stream, { tags: result.status.tags ?? [] });
      if (written === 'overtaken') return 'overtaken';
      deps.telemetry.observed('applied', about);
      await publish(deps, written, observation);
      return 'done';
    }
  }
}

/**
 * Publishes what is missing of the observed tag and of those that follow it, be it written now or at a former delivery. An
 * error changes no history.
 */
async function publish(deps: ApplyPollDeps, stream: ImageStream, observation: Observation): Promise<void> {
  if (observation.outcome.kind === 'error') return;
  const context = observationOf(observation);
  await deps.history.publish(stream, [observation.tag], context);
  await deps.history.publish(stream, followersOf(stream, observation.tag), { ...context, cause: 'tag' });
}

function observationOf({ cause, checkedAt, hint }: Observation) {
  return { cause, observedAt: checkedAt, ...(hint && { hint }) };
}
