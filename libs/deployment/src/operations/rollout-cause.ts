import type { DeploymentCause, DeploymentDetails, NormalDeploymentConfig } from '@tagstream/api-types';
import { imageTriggersOf } from '../image-triggers.ts';
import { sameTemplate } from '../template.ts';
import { latestVersionOf } from '../versions.ts';
import { type Refusal, refused } from './refusal.ts';

/** Why a requested rollout takes place; `none` when nothing speaks for it. */
export type RolloutCause =
  | { readonly kind: 'cause'; readonly details: DeploymentDetails }
  | { readonly kind: 'none' }
  | Refusal;

/**
 * Whether a request for a rollout is granted, and what is recorded as its cause. OpenShift: every ImageChange trigger must
 * have had an image, also under force; force is a cause of its own; then images count, of automatic triggers only; then, with
 * a ConfigChange trigger, the template. Once one trigger has fired, the automatic ones after it are causes too.
 *
 * @param previous the configuration recorded with the latest version; undefined at version 0
 */
export function rolloutCause(
  dc: NormalDeploymentConfig,
  previous: NormalDeploymentConfig | undefined,
  force: boolean,
): RolloutCause {
  const { name } = dc.metadata;
  if (imageTriggersOf(dc).some(({ lastTriggeredImage }) => lastTriggeredImage === '')) {
    const message = `cannot trigger a deployment for "${name}" because it contains unresolved images`;
    return refused('unresolved_images', message);
  }
  if (force) return because('manual change', [{ type: 'Manual' }]);
  const images = imageCauses(dc, previous);
  if (images.length > 0) return because('image change', images);
  const onConfig = dc.spec.triggers.some(({ type }) => type === 'ConfigChange');
  if (onConfig && (previous === undefined || !sameTemplate(dc.spec.template, previous.spec.template))) {
    return because('config change', [{ type: 'ConfigChange' }]);
  }
  return { kind: 'none' };
}

function imageCauses(dc: NormalDeploymentConfig, previous: NormalDeploymentConfig | undefined): DeploymentCause[] {
  const isNew = latestVersionOf(dc) === 0;
  const before = previous ? imageTriggersOf(previous) : [];
  const causes: DeploymentCause[] = [];
  for (const { automatic, from, lastTriggeredImage } of imageTriggersOf(dc)) {
    if (!automatic) continue;
    const same = before.find((old) => old.from.name === from.name && old.from.namespace === from.namespace);
    if (causes.length === 0 && !isNew && same?.lastTriggeredImage === lastTriggeredImage) continue;
    const { name, namespace } = from;
    causes.push({ type: 'ImageChange', imageTrigger: { from: { kind: 'ImageStreamTag', name, namespace } } });
  }
  return causes;
}

function because(message: string, causes: DeploymentCause[]): RolloutCause {
  return { kind: 'cause', details: { message, causes } };
}
