import type {
  BuildRequest,
  BuildSource,
  CommonBuildSpec,
  ImageChangeTriggerStatus,
  NormalBuildConfig,
  NormalBuildStrategy,
  ObjectReference,
} from '@tagstream/api-types';
import { normalBuildStrategy, strategyFrom } from '@tagstream/api-types';
import { recordedTrigger } from './image-trigger-status.ts';
import type { ImageResolver } from './resolve-image.ts';
import { unresolved } from './unresolved.ts';

/** Every image that a BuildConfig or Build starts from, with the namespace filled in. */
export function imagesOf(spec: CommonBuildSpec, namespace: string): ObjectReference[] {
  const from = strategyFrom(normalBuildStrategy(spec.strategy));
  return [...(from ? [from] : []), ...(spec.source?.images ?? []).map((image) => image.from)].map((reference) =>
    withNamespace(reference, namespace),
  );
}

/**
 * The strategy of a Build: its image is a pull spec. OpenShift: it is resolved afresh, whatever the triggers recorded.
 * @throws BuildError `unresolved_image`
 */
export function resolvedStrategy(bc: NormalBuildConfig, resolve: ImageResolver): NormalBuildStrategy {
  const { strategy } = bc.spec;
  const from = strategyFrom(strategy);
  if (from === undefined) return strategy;
  const image = resolved(withNamespace(from, bc.metadata.namespace ?? ''), resolve);
  switch (strategy.type) {
    case 'Docker':
      return { ...strategy, dockerStrategy: { ...strategy.dockerStrategy, from: image } };
    case 'Source':
      return { ...strategy, sourceStrategy: { ...strategy.sourceStrategy, from: image } };
    case 'Custom':
      return { ...strategy, customStrategy: { ...strategy.customStrategy, from: image } };
    default:
      return strategy;
  }
}

/**
 * The source of a Build. OpenShift: what a binary request brings replaces git, and an inline Dockerfile of the same name; an
 * image source uses what a trigger recorded for its tag, and is resolved now otherwise.
 * @throws BuildError `unresolved_image`
 */
export function resolvedSource(
  bc: NormalBuildConfig,
  binary: BuildRequest['binary'],
  triggers: readonly ImageChangeTriggerStatus[],
  resolve: ImageResolver,
): BuildSource {
  const { git, binary: _, dockerfile, images, ...rest } = bc.spec.source ?? {};
  const namespace = bc.metadata.namespace ?? '';
  const keepsDockerfile = dockerfile != null && !(binary && binary.asFile === 'Dockerfile');
  return {
    ...rest,
    ...(binary ? { type: 'Binary', binary } : { ...(git && { git }) }),
    ...(keepsDockerfile && { dockerfile }),
    ...(images && {
      images: images.map((image) => {
        const from = withNamespace(image.from, namespace);
        const recorded = recordedTrigger(triggers, from)?.lastTriggeredImageID;
        return { ...image, from: recorded ? { kind: 'DockerImage', name: recorded } : resolved(from, resolve) };
      }),
    }),
  };
}

function resolved(from: ObjectReference, resolve: ImageResolver): ObjectReference {
  const image = resolve(from);
  if (image.kind === 'unresolved') throw unresolved(from, image.why);
  return { kind: 'DockerImage', name: image.reference };
}

function withNamespace(from: ObjectReference, namespace: string): ObjectReference {
  return { ...from, kind: from.kind || 'ImageStreamTag', namespace: from.namespace || namespace };
}
