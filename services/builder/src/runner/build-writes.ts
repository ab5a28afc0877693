import type { Build } from '@tagstream/api-types';
import { isTerminal, type PhaseChange, phaseOf, runnerOf, writePhase } from '@tagstream/build';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import { type Clock, type RetryPolicy, withRetry } from '@tagstream/service';
import { claimMarks } from './decide-claim.ts';

/** The calls to the API server that running a Build takes. */
export type RunnerApi = Pick<KubeClient, 'get' | 'mergePatch'>;

/** Names one Build, and no other one of the same name. */
export interface BuildId {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What a build found out is worth waiting for the API server: about ten minutes. */
const PATIENCE: RetryPolicy = { attempts: 45, minMs: 250, maxMs: 15_000, factor: 2 };

/** Reads a Build; undefined when it is gone, or another one has its name. */
export async function readBuild(
  api: Pick<KubeClient, 'get'>,
  { namespace, name, uid }: BuildId,
): Promise<Build | undefined> {
  try {
    const build = await api.get<Build>({ resource: resources.builds, namespace, name });
    return build.metadata.uid === uid ? build : undefined;
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

/**
 * Claims a Build, or gives it back, if it is still as it was read.
 * @throws KubeError `conflict` when somebody changed it in between
 */
export async function markBuild(api: RunnerApi, build: Build, claim: Parameters<typeof claimMarks>[0]): Promise<Build> {
  const { namespace = '', name, resourceVersion } = build.metadata;
  const patch = { metadata: { resourceVersion, annotations: claimMarks(claim) } };
  return await api.mergePatch<Build>({ resource: resources.builds, namespace, name }, patch);
}

/**
 * Writes a phase as the one who has the claim, whatever else changes in the Build meanwhile; waits for the API server.
 * @returns the Build; undefined when it is gone, over, or somebody else's by now: then nothing is to be written
 */
export async function writeAsHolder(
  api: RunnerApi,
  id: BuildId,
  runner: string,
  change: PhaseChange,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal },
): Promise<Build | undefined> {
  return await withRetry(
    PATIENCE,
    async () => {
      const build = await readBuild(api, id);
      if (build === undefined || isTerminal(phaseOf(build)) || runnerOf(build) !== runner) return undefined;
      return await writePhase(api, build, change, new Date(clock.now()));
    },
    { clock, ...(signal && { signal }) },
  );
}
