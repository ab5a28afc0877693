import type { DeploymentDetails, NormalDeploymentConfig } from '@tagstream/api-types';
import { imageTriggersOf } from './image-triggers.ts';
import { sameTemplate } from './template.ts';
import { latestVersionOf } from './versions.ts';

/** Whether a new version is due: `wait` means not before every image is known. */
export type VersionDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'new-version'; readonly details: DeploymentDetails };

/**
 * Decides from the DeploymentConfig and the configuration recorded with its latest version (undefined while that version
 * has no ReplicationController) and from nothing else, so that a crash or a second replica can neither lose nor double a
 * rollout. OpenShift: images are compared before templates; with an ImageChange trigger any other image counts, by
 * whomever it was written; changes outside the pod template never count.
 */
export function decideVersion(
  dc: NormalDeploymentConfig,
  recorded: NormalDeploymentConfig | undefined,
): VersionDecision {
  if (dc.spec.paused) return { kind: 'none' };
  const images = imageTriggersOf(dc);
  const onConfig = dc.spec.triggers.some((trigger) => trigger.type === 'ConfigChange');
  if (images.length === 0 && !onConfig) return { kind: 'none' };
  if (latestVersionOf(dc) === 0) {
    const missing = images.find((params) => params.lastTriggeredImage === '');
    if (missing) return { kind: 'wait', reason: `no image yet for ${missing.from.name}` };
    return { kind: 'new-version', details: configChange };
  }
  if (recorded === undefined) return { kind: 'none' };
  const changed = images.length > 0 ? changedImages(dc, recorded) : [];
  if (changed.length > 0) return { kind: 'new-version', details: imageChangeDetails(changed) };
  if (onConfig && !sameTemplate(dc.spec.template, recorded.spec.template)) {
    return { kind: 'new-version', details: configChange };
  }
  return { kind: 'none' };
}

/** Whether some container, init containers aside, has no image yet; nothing is rolled out then. */
export function hasBlankImage(dc: NormalDeploymentConfig): boolean {
  return (dc.spec.template.spec?.containers ?? []).some((container) => (container.image ?? '').trim() === '');
}

/** Whether anything but a person's request can start a rollout. */
export function hasTrigger(dc: NormalDeploymentConfig): boolean {
  return dc.spec.triggers.some((trigger) => trigger.type === 'ConfigChange' || trigger.type === 'ImageChange');
}

const configChange: DeploymentDetails = { message: 'config change', causes: [{ type: 'ConfigChange' }] };

function imageChangeDetails(images: readonly string[]): DeploymentDetails {
  return {
    message: 'image change',
    causes: images.map((name) => ({
      type: 'ImageChange',
      imageTrigger: { from: { kind: 'DockerImage', name } },
    })),
  };
}

/** Images of the containers that no container of the recorded configuration has. */
function changedImages(dc: NormalDeploymentConfig, recorded: NormalDeploymentConfig): string[] {
  const known = new Set(imagesOf(recorded));
  return [...new Set(imagesOf(dc))].filter((image) => !known.has(image));
}

function imagesOf(dc: NormalDeploymentConfig): string[] {
  return (dc.spec.template.spec?.containers ?? []).map((container) => (container.image ?? '').trim());
}
