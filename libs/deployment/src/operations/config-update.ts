import { isDeepStrictEqual } from 'node:util';
import type { DeploymentConfig } from '@tagstream/api-types';
import { latestVersionOf } from '../versions.ts';

/**
 * What OpenShift's API server stores of an update of the object as a whole: the status is kept, except that a submitted
 * `status.latestVersion` that is exactly one more is taken over, which is how a client that can write both at once starts
 * a rollout. The generation counts changes of the spec and of that number. The inputs are not touched.
 */
export function storedUpdate(stored: DeploymentConfig, submitted: DeploymentConfig): DeploymentConfig {
  const before = latestVersionOf(stored);
  const takesOver = latestVersionOf(submitted) === before + 1;
  const changed = takesOver || !isDeepStrictEqual(stored.spec, submitted.spec);
  const generation = (stored.metadata.generation ?? 0) + (changed ? 1 : 0);
  return {
    ...submitted,
    metadata: { ...submitted.metadata, generation },
    status: { ...stored.status, latestVersion: takesOver ? before + 1 : before },
  };
}
