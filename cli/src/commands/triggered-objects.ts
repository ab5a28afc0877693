import { type DeploymentConfig, type KubeObject, normalizeDeploymentConfig } from '@tagstream/api-types';
import {
  configTriggers,
  type Refusal,
  type TriggerDefinition,
  type TriggeredKind,
  workloadTriggers,
  writeConfigTriggers,
  writeWorkloadTriggers,
} from '@tagstream/deployment';
import { CliError, usageError } from '../cli-error.ts';
import type { Session } from '../session.ts';
import { type KindName, parseKind, parseTargets, resourceOf, type Target } from '../targets.ts';

const WORKLOADS: Readonly<Partial<Record<KindName, TriggeredKind>>> = {
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  cj: 'CronJob',
};

const TRIGGERED: readonly KindName[] = ['dc', ...(Object.keys(WORKLOADS) as KindName[])];

/** Which objects are meant when they are not named one by one. */
export interface Selection {
  readonly all?: true;
  readonly selector?: string;
}

/** The objects that the arguments and options name. @throws CliError usage, and when there are none */
export async function findTriggered(
  { kube, namespace }: Session,
  args: readonly string[],
  { all, selector }: Selection,
): Promise<Target[]> {
  if (!all && selector === undefined) return parseTargets(args, TRIGGERED);
  const [type, ...rest] = args;
  if (type === undefined || rest.length > 0)
    throw usageError('with --all or --selector name a type and no objects: dc');
  const kind = parseKind(type, TRIGGERED);
  const resource = resourceOf(kind);
  const options = { namespace, ...(selector !== undefined && { labelSelector: selector }) };
  const { items } = await kube.list<KubeObject>(resource, options);
  if (items.length === 0) throw new CliError(`no ${resource.plural} found in namespace ${namespace}`);
  return items.map(({ metadata }) => ({ kind, resource, name: metadata.name }));
}

/** The triggers of an object, whatever its kind. */
export function triggersOf({ kind }: Target, object: KubeObject): TriggerDefinition | Refusal {
  const workload = WORKLOADS[kind];
  if (workload !== undefined) return workloadTriggers(workload, object);
  return configTriggers(normalizeDeploymentConfig(asConfig(object)));
}

/** What gives an object its triggers: a merge patch, unless it has them already. */
export type TriggersWrite =
  | { readonly kind: 'write'; readonly patch: object }
  | { readonly kind: 'unchanged' }
  | Refusal;

export function writeTriggers({ kind }: Target, object: KubeObject, definition: TriggerDefinition): TriggersWrite {
  const workload = WORKLOADS[kind];
  if (workload !== undefined) return writeWorkloadTriggers(workload, object, definition);
  const result = writeConfigTriggers(normalizeDeploymentConfig(asConfig(object)), definition);
  return result.kind === 'write' ? { kind: 'write', patch: { spec: { triggers: result.triggers } } } : result;
}

/** An object that was read as a DeploymentConfig. */
function asConfig(object: KubeObject): DeploymentConfig {
  return object as DeploymentConfig;
}
