import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { configTriggers } from './config-triggers.ts';
import type { ImageTriggerDefinition } from './trigger-definition.ts';

/** The image triggers of a DeploymentConfig as an annotation can hold them: each container once, only existing ones. */
export function convertedImageTriggers(dc: NormalDeploymentConfig): {
  readonly images: readonly ImageTriggerDefinition[];
  readonly lost: readonly string[];
  readonly different: readonly string[];
} {
  const { containers = [], initContainers } = dc.spec.template.spec ?? {};
  const known = [...containers, ...(initContainers ?? [])].map(({ name }) => name);
  const lost: string[] = [];
  const byContainer = new Map<string, ImageTriggerDefinition>();
  for (const image of configTriggers(dc).images) {
    for (const name of image.containers) {
      if (!known.includes(name)) lost.push(`trigger ${image.from}: the template has no container ${name}`);
      // Of two triggers for a container the later one counts, as it does for the DeploymentConfig.
      else byContainer.set(name, { ...image, containers: [name] });
    }
  }
  for (const [index, { type, imageChangeParams }] of dc.spec.triggers.entries()) {
    if (type !== 'ConfigChange' && type !== 'ImageChange')
      lost.push(`spec.triggers[${index}]: type ${type} is not known`);
    if (imageChangeParams?.lastTriggeredImage) {
      lost.push(`spec.triggers[${index}].lastTriggeredImage: what was written stands in the image field alone`);
    }
  }
  const waiting = containers.filter(({ image }) => !image?.trim()).map(({ name }) => name);
  const manual = [...byContainer.values()].filter(({ auto }) => !auto).map(({ from }) => from);
  return {
    images: [...byContainer.values()],
    lost,
    different: [
      ...waiting.map(
        (name) => `Container ${name} has no image: its pods cannot start before the trigger has written one`,
      ),
      ...[...new Set(manual)].map(
        (from) => `Trigger ${from} is not automatic: paused in the annotation, also at rollouts by hand`,
      ),
    ],
  };
}
