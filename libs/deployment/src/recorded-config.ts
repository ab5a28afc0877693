import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { decodeConfig } from './encoded-config.ts';
import { DeploymentError } from './errors.ts';

/** What was answered last: while a decision is made the same record is asked for several times. Only one, for its size. */
let last: { readonly rc: ReplicationController; readonly config: NormalDeploymentConfig | undefined } | undefined;

/** The configuration recorded with a version, not to be changed; undefined when there is none, or none that can be read. */
export function recordedConfig(rc: ReplicationController | undefined): NormalDeploymentConfig | undefined {
  if (rc === undefined) return undefined;
  if (last?.rc !== rc) last = { rc, config: readableConfig(rc) };
  return last.config;
}

function readableConfig(rc: ReplicationController): NormalDeploymentConfig | undefined {
  try {
    return decodeConfig(rc);
  } catch (error) {
    if (error instanceof DeploymentError) return undefined;
    throw error;
  }
}
