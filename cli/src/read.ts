import {
  type DeploymentConfig,
  type NormalDeploymentConfig,
  normalizeDeploymentConfig,
  type ReplicationController,
} from '@tagstream/api-types';
import { openshiftAnnotations, replicationControllerName } from '@tagstream/deployment';
import { isKubeError, type ObjectKey, resources } from '@tagstream/kube';
import type { Session } from './session.ts';

/** A DeploymentConfig as it is stored, and with its defaults. */
export interface ReadConfig {
  readonly stored: DeploymentConfig;
  readonly dc: NormalDeploymentConfig;
}

export function configKey({ namespace }: Session, name: string): ObjectKey {
  return { resource: resources.deploymentConfigs, namespace, name };
}

export async function readConfig(session: Session, name: string): Promise<ReadConfig> {
  const stored = await session.kube.get<DeploymentConfig>(configKey(session, name), { signal: session.host.signal });
  return { stored, dc: normalizeDeploymentConfig(stored) };
}

/** Those that have the label of the DeploymentConfig, which is how `oc` finds them. */
export async function readControllers(
  { kube, namespace, host }: Session,
  name: string,
): Promise<ReplicationController[]> {
  const labelSelector = `${openshiftAnnotations.configName}=${name}`;
  const options = { namespace, labelSelector, signal: host.signal };
  return (await kube.list<ReplicationController>(resources.replicationControllers, options)).items;
}

/** The ReplicationController of the latest version; undefined when it is not there. */
export async function readLatest(
  session: Session,
  dc: NormalDeploymentConfig,
): Promise<ReplicationController | undefined> {
  const version = dc.status?.latestVersion ?? 0;
  if (version === 0) return undefined;
  return await readController(session, replicationControllerName(dc.metadata.name, version));
}

export async function readController(
  { kube, namespace, host }: Session,
  name: string,
): Promise<ReplicationController | undefined> {
  try {
    const key = { resource: resources.replicationControllers, namespace, name };
    return await kube.get<ReplicationController>(key, { signal: host.signal });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}
