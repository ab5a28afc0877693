import type {
  DeploymentConfig,
  NormalDeploymentConfig,
  OwnerReference,
  PodTemplateSpec,
  ReplicationController,
} from '@tagstream/api-types';
import { openshift, own } from './annotations.ts';
import { encodeConfig } from './encoded-config.ts';
import { replicationControllerName } from './name.ts';
import { withTrimmedImages } from './template.ts';
import { latestVersionOf } from './versions.ts';

/**
 * The ReplicationController of the DeploymentConfig's latest version, as it is created: no replicas, phase `New`.
 * OpenShift: deterministic name, exactly one owner reference, the DeploymentConfig's labels but not its annotations.
 * @param rollsBackTo the older version that it is a return to, if it is one
 */
export function newReplicationController(dc: NormalDeploymentConfig, rollsBackTo?: number): ReplicationController {
  const version = latestVersionOf(dc);
  const name = replicationControllerName(dc.metadata.name, version);
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: {
      name,
      ...(dc.metadata.namespace === undefined ? {} : { namespace: dc.metadata.namespace }),
      labels: { ...dc.metadata.labels, [openshift.configName]: dc.metadata.name },
      annotations: annotationsOf(dc, version, rollsBackTo),
      ownerReferences: [ownerReferenceTo(dc)],
    },
    spec: {
      replicas: 0,
      minReadySeconds: dc.spec.minReadySeconds,
      selector: { ...dc.spec.selector, ...podLabels(dc.metadata.name, name) },
      template: podTemplateOf(dc, name, version),
    },
  };
}

/** The reference by which a DeploymentConfig controls its ReplicationControllers. */
export function ownerReferenceTo(dc: DeploymentConfig): OwnerReference {
  return {
    apiVersion: 'apps.openshift.io/v1',
    kind: 'DeploymentConfig',
    name: dc.metadata.name,
    uid: dc.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

function annotationsOf(
  dc: NormalDeploymentConfig,
  version: number,
  rollsBackTo: number | undefined,
): Record<string, string> {
  const reason = dc.status?.details?.message ?? '';
  const ignore = dc.metadata.annotations?.[openshift.deployerIgnore];
  return {
    [openshift.configName]: dc.metadata.name,
    [openshift.configVersion]: String(version),
    [openshift.phase]: 'New',
    [openshift.encodedConfig]: encodeConfig(dc),
    [openshift.desiredReplicas]: String(dc.spec.replicas),
    [openshift.reachedReplicas]: '0',
    [own.announced]: '',
    ...(rollsBackTo === undefined ? {} : { [own.rollsBackTo]: String(rollsBackTo) }),
    ...(reason === '' ? {} : { [openshift.statusReason]: reason }),
    ...(ignore === undefined ? {} : { [openshift.deployerIgnore]: ignore }),
  };
}

function podLabels(dcName: string, rcName: string): Record<string, string> {
  return { [openshift.podConfigLabel]: dcName, [openshift.podDeploymentLabel]: rcName };
}

function podTemplateOf(dc: NormalDeploymentConfig, rcName: string, version: number): PodTemplateSpec {
  const template = withTrimmedImages(dc.spec.template);
  const { metadata } = template;
  return {
    ...template,
    metadata: {
      ...metadata,
      labels: { ...metadata?.labels, ...podLabels(dc.metadata.name, rcName) },
      annotations: {
        ...metadata?.annotations,
        [openshift.deploymentName]: rcName,
        [openshift.configName]: dc.metadata.name,
        [openshift.configVersion]: String(version),
      },
    },
  };
}
