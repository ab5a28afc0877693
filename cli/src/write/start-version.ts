import type { DeploymentConfig, DeploymentDetails } from '@tagstream/api-types';
import { afterConflict, guarded, type PatchOperation, versionPatch } from '@tagstream/deployment';
import { isKubeError, resources } from '@tagstream/kube';
import { CliError, messageOf } from '../cli-error.ts';
import { configKey } from '../read.ts';
import type { Session } from '../session.ts';

/** The status is written some times for each change of a pod; more in a row than this is another fault. */
const MAX_ATTEMPTS = 20;

/** What is to be written of a DeploymentConfig. */
export interface NewVersion {
  /** Of metadata and spec; none when these are as they should be. */
  readonly operations: readonly PatchOperation[];
  readonly version: number;
  readonly details?: DeploymentDetails;
}

/**
 * Writes the spec, then the version: the protocol and why a crash in between is harmless stand with `versionPatch`.
 *
 * @param dc as it was read
 * @throws KubeError `conflict` when the object was changed since it was read and nothing was written
 * @throws CliError when only the first of the two writes was made
 */
export async function startVersion(
  session: Session,
  dc: DeploymentConfig,
  { operations, version, details }: NewVersion,
): Promise<DeploymentConfig> {
  const key = configKey(session, dc.metadata.name);
  const write = async (object: DeploymentConfig) => {
    const patch = versionPatch(object, version, { details, now: new Date(session.host.now()).toISOString() });
    return await session.kube.mergePatch<DeploymentConfig>(key, patch, { subresource: 'status' });
  };
  if (operations.length === 0) return await write(dc);

  const written = await session.kube.jsonPatch<DeploymentConfig>(key, guarded(dc, operations));
  let now = written;
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts++) {
    try {
      return await write(now);
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw halfDone(dc, version, messageOf(error), error);
      now = await session.kube.get<DeploymentConfig>(key);
      const meaning = afterConflict(written, now, version);
      if (meaning === 'started') return now;
      if (meaning === 'overtaken') throw halfDone(dc, version, 'somebody else has changed the spec meanwhile', error);
    }
  }
  throw halfDone(dc, version, 'the object is changed all the time');
}

function halfDone({ metadata }: DeploymentConfig, version: number, why: string, cause?: unknown): CliError {
  const name = `${resources.deploymentConfigs.plural}/${metadata.name}`;
  const message = `the spec of ${name} was written, but rollout #${version} was not asked for: ${why}. Look at it and try again`;
  return new CliError(message, { cause });
}
