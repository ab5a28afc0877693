import { isDeepStrictEqual } from 'node:util';
import type { DeploymentTrigger, NormalDeploymentConfig } from '@tagstream/api-types';
import { imageTriggersOf } from '../image-triggers.ts';
import { type Refusal, refused } from './refusal.ts';
import { containerProblem, type ImageTriggerDefinition, type TriggerDefinition } from './trigger-definition.ts';

/** The triggers of a DeploymentConfig. */
export function configTriggers(dc: NormalDeploymentConfig): TriggerDefinition {
  return {
    configChange: dc.spec.triggers.some(({ type }) => type === 'ConfigChange'),
    images: imageTriggersOf(dc).map(({ automatic, from, containerNames }) => ({
      auto: automatic,
      from: from.name,
      namespace: from.namespace === (dc.metadata.namespace ?? '') ? '' : from.namespace,
      containers: containerNames,
    })),
  };
}

/** `spec.triggers` to be written. */
export type ConfigTriggersWrite =
  | { readonly kind: 'write'; readonly triggers: readonly DeploymentTrigger[] }
  | { readonly kind: 'unchanged' }
  | Refusal;

/**
 * `spec.triggers` for a definition. Never absent: an empty list means manual rollouts only. Other than `oc`, which forgets
 * with every change which image each trigger wrote last, an entry that follows the same tag keeps it: without, a rollout
 * that is asked for would be refused until every tag resolves again.
 */
export function writeConfigTriggers(dc: NormalDeploymentConfig, definition: TriggerDefinition): ConfigTriggersWrite {
  const { initContainers, containers } = dc.spec.template.spec ?? { containers: [] };
  const names = [...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name);
  const problem = containerProblem(definition.images, names);
  if (problem !== undefined) return refused('invalid', problem);
  if (isDeepStrictEqual(definition, configTriggers(dc))) return { kind: 'unchanged' };
  const config: DeploymentTrigger[] = definition.configChange ? [{ type: 'ConfigChange' }] : [];
  return { kind: 'write', triggers: [...config, ...definition.images.map((image) => imageTrigger(dc, image))] };
}

function imageTrigger(dc: NormalDeploymentConfig, image: ImageTriggerDefinition): DeploymentTrigger {
  const namespace = image.namespace || (dc.metadata.namespace ?? '');
  const before = imageTriggersOf(dc).find(({ from }) => from.name === image.from && from.namespace === namespace);
  return {
    type: 'ImageChange',
    imageChangeParams: {
      automatic: image.auto,
      containerNames: [...image.containers],
      from: { kind: 'ImageStreamTag', name: image.from, ...(image.namespace && { namespace: image.namespace }) },
      ...(before?.lastTriggeredImage && { lastTriggeredImage: before.lastTriggeredImage }),
    },
  };
}
