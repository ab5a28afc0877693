import { type BuildApi, BuildError, instantiateBuild } from '@tagstream/build';
import { isKubeError } from '@tagstream/kube';
import { type Clock, withRetry } from '@tagstream/service';
import type { BuildOrder, Started } from './receive-git-hook.ts';

/** How long the API server may take in all. GitHub and GitLab wait 10 s for their answer. */
const BUILD_TIMEOUT_MS = 5_000;

/** A request that fails in passing should not make the sender's Build late; an API server that is away shows at once. */
const RETRY = { attempts: 3, minMs: 100, maxMs: 1_000, factor: 3 };

/**
 * Has Builds made. What did not end in time may still have made its Build: the order is carried out again later with the same
 * id, and finds it.
 * @throws what is neither a BuildError nor a KubeError.
 */
export function buildStarter(api: BuildApi, clock: Clock): (order: BuildOrder) => Promise<Started> {
  return async ({ namespace, request, requestId }) => {
    const over = new AbortController();
    const making = withRetry(RETRY, () => instantiateBuild(api, request, { namespace, requestId, clock }), {
      signal: over.signal,
      clock,
    }).then((build): Started => ({ kind: 'built', build }), failed);
    const late = clock.sleep(BUILD_TIMEOUT_MS, over.signal).then(
      (): Started => ({ kind: 'later', error: new Error(`the API server took longer than ${BUILD_TIMEOUT_MS} ms`) }),
      (): Promise<Started> => making,
    );
    try {
      return await Promise.race([making, late]);
    } finally {
      over.abort();
    }
  };
}

function failed(error: unknown): Started {
  if (error instanceof BuildError) {
    const isPassing = error.code === 'contended' || error.code === 'name_taken';
    return isPassing ? { kind: 'later', error } : { kind: 'impossible', error };
  }
  if (isKubeError(error)) return error.retryable ? { kind: 'later', error } : { kind: 'impossible', error };
  throw error; // a bug, which waiting does not mend
}
