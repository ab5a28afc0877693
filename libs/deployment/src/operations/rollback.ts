import type { NormalDeploymentConfig, NormalTrigger, ReplicationController } from '@tagstream/api-types';
import { replicationControllerName } from '../name.ts';
import { recordedConfig } from '../recorded-config.ts';
import { latestVersionOf } from '../versions.ts';
import { add, type PatchOperation } from './patch-operation.ts';
import { type Refusal, refused } from './refusal.ts';

/** What a DeploymentConfigRollback of OpenShift says. `oc rollout undo` includes the template only. */
export interface RollbackRequest {
  /** 0: the version before the latest, whether or not that one succeeded. */
  readonly revision: number;
  readonly includeTemplate: boolean;
  readonly includeTriggers: boolean;
  /** Replicas and selector. */
  readonly includeReplicationMeta: boolean;
  readonly includeStrategy: boolean;
  /** Annotations to set on the DeploymentConfig. */
  readonly updatedAnnotations?: Readonly<Record<string, string>>;
}

/** A rollback worked out. */
export interface Rollback {
  readonly kind: 'rollback';
  /** The DeploymentConfig as it is to be, `status.latestVersion` included. */
  readonly dc: NormalDeploymentConfig;
  /** The same as changes of metadata and spec. */
  readonly operations: readonly PatchOperation[];
  /** Version that is gone back to. */
  readonly revision: number;
}

/**
 * OpenShift's rollback: takes parts of the configuration that was recorded with an earlier version, and turns every
 * ImageChange trigger off, whichever parts were asked for, so that the next movement of a tag does not undo it.
 *
 * @param rcs those of the DeploymentConfig
 */
export function rollback(
  dc: NormalDeploymentConfig,
  rcs: readonly ReplicationController[],
  request: RollbackRequest,
): Rollback | Refusal {
  const { name, namespace } = dc.metadata;
  const latest = latestVersionOf(dc);
  if (latest === 0) return refused('not_deployed', 'cannot rollback an undeployed config');
  if (latest === 1) return refused('no_version', `no previous deployment exists for "${namespace ?? ''}/${name}"`);
  const revision = request.revision === 0 ? latest - 1 : request.revision;
  if (revision === latest) return refused('no_version', `version ${revision} is already the latest`);
  const rcName = replicationControllerName(name, revision);
  const rc = rcs.find(({ metadata }) => metadata.name === rcName);
  if (rc === undefined)
    return refused('no_version', `replication controller "${rcName}" of version ${revision} does not exist`);
  const old = recordedConfig(rc);
  if (old === undefined) {
    return refused('undecodable', `the configuration recorded in replication controller "${rcName}" cannot be read`);
  }
  return { kind: 'rollback', revision, ...combined(dc, old, request) };
}

/** The ImageChange triggers of a rolled-back DeploymentConfig by the tags they follow: all of them are off. */
export function disabledTriggers(dc: NormalDeploymentConfig): string[] {
  return dc.spec.triggers.flatMap(({ type, imageChangeParams }) =>
    type === 'ImageChange' && imageChangeParams && !imageChangeParams.automatic ? [imageChangeParams.from.name] : [],
  );
}

function combined(
  dc: NormalDeploymentConfig,
  old: NormalDeploymentConfig,
  request: RollbackRequest,
): Pick<Rollback, 'dc' | 'operations'> {
  const triggers = (request.includeTriggers ? old : dc).spec.triggers.map(notAutomatic);
  const parts = {
    ...(request.includeTemplate && { template: old.spec.template }),
    ...(request.includeReplicationMeta && { replicas: old.spec.replicas, selector: old.spec.selector }),
    ...(request.includeStrategy && { strategy: old.spec.strategy }),
  };
  const updated = request.updatedAnnotations ?? {};
  const annotations = { ...dc.metadata.annotations, ...updated };
  return {
    dc: {
      ...dc,
      metadata: Object.keys(updated).length > 0 ? { ...dc.metadata, annotations } : dc.metadata,
      spec: { ...dc.spec, ...parts, triggers },
      status: { ...dc.status, latestVersion: latestVersionOf(dc) + 1 },
    },
    operations: [
      ...Object.entries(parts).map(([field, value]) => add(`/spec/${field}`, value)),
      ...(request.includeTriggers ? [add('/spec/triggers', triggers)] : turnedOff(dc.spec.triggers)),
      ...(Object.keys(updated).length > 0 ? [add('/metadata/annotations', annotations)] : []),
    ],
  };
}

function notAutomatic(trigger: NormalTrigger): NormalTrigger {
  if (trigger.type !== 'ImageChange' || trigger.imageChangeParams === undefined) return trigger;
  return { ...trigger, imageChangeParams: { ...trigger.imageChangeParams, automatic: false } };
}

function turnedOff(triggers: readonly NormalTrigger[]): PatchOperation[] {
  return triggers.flatMap(({ type, imageChangeParams }, index) =>
    type === 'ImageChange' && imageChangeParams?.automatic
      ? [add(`/spec/triggers/${index}/imageChangeParams/automatic`, false)]
      : [],
  );
}
