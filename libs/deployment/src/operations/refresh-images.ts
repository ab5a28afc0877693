import type { Container, NormalDeploymentConfig, NormalTrigger } from '@tagstream/api-types';
import { triggerSource } from '@tagstream/image-stream';
import type { ImageChange, TagResolver } from '../image-triggers.ts';

/** Which triggers a request for a rollout looks at. */
export interface RefreshOptions {
  /** Triggers that are not automatic too. */
  readonly force: boolean;
  /** Types of triggers that are left alone: `ImageChange`. */
  readonly excludeTriggers: readonly string[];
}

/**
 * What a request for a rollout "with the latest images" writes before it starts. OpenShift: a tag that has nothing yet, or
 * does not exist, is passed over; a trigger whose image is the one it wrote last is left alone, and so is one that names no
 * container of the template. This differs from what image triggers do by themselves (`imageChange`): there a single
 * unresolved tag holds everything up. Undefined when nothing is to be written.
 */
export function refreshedImages(
  dc: NormalDeploymentConfig,
  { force, excludeTriggers }: RefreshOptions,
  resolve: TagResolver,
): ImageChange | undefined {
  if (excludeTriggers.includes('ImageChange')) return undefined;
  const triggers: { index: number; image: string }[] = [];
  const images = new Map<Container, string>();
  for (const [index, trigger] of dc.spec.triggers.entries()) {
    const params = trigger.type === 'ImageChange' ? trigger.imageChangeParams : undefined;
    if (params === undefined || (!force && !params.automatic)) continue;
    const image = resolved(trigger, resolve);
    const named = containersOf(dc).filter(({ container }) => params.containerNames.includes(container.name));
    if (!image || image === params.lastTriggeredImage || named.length === 0) continue;
    triggers.push({ index, image });
    for (const { container } of named) images.set(container, image);
  }
  const containers = containersOf(dc).flatMap(({ list, index, container }) => {
    const image = images.get(container);
    return image === undefined || image === container.image ? [] : [{ list, index, image }];
  });
  return triggers.length === 0 ? undefined : { triggers, containers };
}

/** The tags that {@link refreshedImages} asks for, so that their streams can be read before. */
export function tagsToRefresh(dc: NormalDeploymentConfig): { namespace: string; stream: string; tag: string }[] {
  return dc.spec.triggers.map((trigger) => tagOf(trigger)).filter((tag) => tag !== undefined);
}

/** The DeploymentConfig with the images written. */
export function withImages(dc: NormalDeploymentConfig, change: ImageChange): NormalDeploymentConfig {
  const { template } = dc.spec;
  const images = (list: 'containers' | 'initContainers') =>
    template.spec?.[list]?.map((container, index) => {
      const written = change.containers.find((place) => place.list === list && place.index === index);
      return written ? { ...container, image: written.image } : container;
    });
  const initContainers = images('initContainers');
  return {
    ...dc,
    spec: {
      ...dc.spec,
      triggers: dc.spec.triggers.map((trigger, index) => {
        const written = change.triggers.find((place) => place.index === index);
        if (written === undefined || trigger.imageChangeParams === undefined) return trigger;
        return { ...trigger, imageChangeParams: { ...trigger.imageChangeParams, lastTriggeredImage: written.image } };
      }),
      template: {
        ...template,
        ...(template.spec && {
          spec: { ...template.spec, containers: images('containers') ?? [], ...(initContainers && { initContainers }) },
        }),
      },
    },
  };
}

function containersOf({ spec }: NormalDeploymentConfig) {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec.template.spec?.[list] ?? []).map((container, index) => ({ list, index, container })),
  );
}

function resolved(trigger: NormalTrigger, resolve: TagResolver): string | undefined {
  const tag = tagOf(trigger);
  return tag && resolve(tag.namespace, tag.stream, tag.tag)?.reference;
}

function tagOf({ type, imageChangeParams }: NormalTrigger) {
  if (type !== 'ImageChange' || imageChangeParams === undefined) return undefined;
  const { kind, namespace, name } = imageChangeParams.from;
  return triggerSource({ from: { kind, namespace, name }, fieldPath: '', paused: false }, namespace);
}
