import type { DeploymentConfig, NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { latestVersionOf, type Rollback } from '@tagstream/deployment';
import { CliError } from '../cli-error.ts';
import { readConfig, readControllers } from '../read.ts';
import type { Session } from '../session.ts';
import { startVersion } from './start-version.ts';
import { untilUnchanged } from './update.ts';

/** A rollback, and the DeploymentConfig as it was stored or would be. */
export interface WrittenRollback {
  readonly result: Rollback;
  readonly object: DeploymentConfig;
}

/**
 * Works a rollback out and writes it. Worked out again when somebody else has changed the object meanwhile; but once that
 * somebody has started another version, "the one before" is not what was meant any more, and nothing is written.
 *
 * @param isReal false: nothing is written
 */
export async function writeRollback(
  session: Session,
  name: string,
  isReal: boolean,
  work: (dc: NormalDeploymentConfig, rcs: readonly ReplicationController[]) => Rollback,
): Promise<WrittenRollback> {
  let meant: number | undefined;
  return await untilUnchanged(`deploymentconfigs/${name}`, async () => {
    const { stored, dc } = await readConfig(session, name);
    const latest = latestVersionOf(dc);
    meant ??= latest;
    if (latest !== meant) {
      throw new CliError(`rollout #${latest} of ${name} was started meanwhile: look at the history and try again`);
    }
    const result = work(dc, await readControllers(session, name));
    if (!isReal) return { result, object: result.dc };
    return {
      result,
      object: await startVersion(session, stored, { operations: result.operations, version: latest + 1 }),
    };
  });
}
