import type { Handler } from '@tagstream/bus';
import type { EventData, RepositoryPoll } from '@tagstream/events';
import { applyRepositoryPoll } from '@tagstream/image-stream';
import { isKubeError, type KubeClient } from '@tagstream/kube';
import type { Telemetry } from '../telemetry.ts';
import { streamId } from './stream-key.ts';
import type { StreamLock } from './stream-lock.ts';
import { readStream, writeStatus } from './write-status.ts';

/** What a poller found a repository to contain. */
export type RepositoryFinding = EventData<typeof RepositoryPoll>;

export interface ApplyRepositoryDeps {
  readonly kube: Pick<KubeClient, 'get' | 'mergePatch'>;
  readonly lock: StreamLock;
  readonly telemetry: Pick<Telemetry, 'conflicted' | 'observed'>;
}

/** When to try again after somebody else wrote the stream. */
const OVERTAKEN_RETRY_MS = 100;

/**
 * Records in the status of an ImageStream which tags its repository has. The pollers watch the status: they then import the
 * tags like any other, and list the repository again when this finding was dropped.
 */
export function applyRepositoryHandler(deps: ApplyRepositoryDeps): Handler<RepositoryFinding> {
  const { kube, lock, telemetry } = deps;
  return async ({ data }) => {
    const name = { namespace: data.namespace, name: data.stream };
    const about = { ...name, repository: data.repository };
    return lock(streamId(name), async () => {
      const stream = await readStream(kube, name);
      if (stream === undefined) {
        telemetry.observed('gone', about);
        return { kind: 'done' };
      }
      const result = applyRepositoryPoll(stream, data);
      if (result.kind !== 'applied') {
        telemetry.observed(result.kind, { ...about, ...(result.kind === 'stale' && { why: result.why }) });
        return { kind: 'done' };
      }
      try {
        if ((await writeStatus(kube, stream, result.status)) === 'overtaken') {
          telemetry.conflicted('stream', name);
          return { kind: 'retry', afterMs: OVERTAKEN_RETRY_MS, reason: 'the ImageStream is being written by others' };
        }
      } catch (error) {
        if (!isKubeError(error, 'invalid')) throw error;
        return { kind: 'reject', reason: `the API server does not take the status: ${error.message}` };
      }
      telemetry.observed('applied', about);
      return { kind: 'done' };
    });
  };
}
