import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { decodeConfig } from './encoded-config.ts';
import { DeploymentError } from './errors.ts';

/** The configuration recorded with a version; undefined when there is none, or none that can be read. */
export function recordedConfig(rc: ReplicationController | undefined): NormalDeploymentConfig | undefined {
  if (rc === undefined) return undefined;
  try {
    return decodeConfig(rc);
  } catch (error) {
    if (error instanceof DeploymentError) return undefined;
    throw error;
  }
}
