import type { BuildRequest, NormalBuildConfig, ObjectReference } from '@tagstream/api-types';
import { imageChangeCause } from './causes.ts';
import { imageTriggersOf, recordedTrigger } from './image-trigger-status.ts';
import { type ImageResolver, type StreamName, streamOf } from './resolve-image.ts';

/** The tags that the ImageChange triggers of a BuildConfig follow, paused ones left out. */
export function followedTags(bc: NormalBuildConfig): ObjectReference[] {
  return imageTriggersOf(bc).flatMap(({ paused, from }) => (paused || from.kind !== 'ImageStreamTag' ? [] : [from]));
}

/** The streams of {@link followedTags}. */
export function followedStreams(bc: NormalBuildConfig): StreamName[] {
  return followedTags(bc).flatMap((from) => streamOf(from) ?? []);
}

/**
 * The request for a Build because tags moved; undefined when none did. OpenShift: a trigger fires when its tag resolves to
 * something else than what is recorded in the status and in the deprecated field of the spec; paused and unresolved ones do
 * not hold up the others; all that fire at once lead to one Build, and a tag that is followed twice to one cause.
 */
export function imageChangeRequest(bc: NormalBuildConfig, resolve: ImageResolver): BuildRequest | undefined {
  const firing = imageTriggersOf(bc).flatMap((trigger) => {
    if (trigger.paused || trigger.from.kind !== 'ImageStreamTag') return [];
    const image = resolve(trigger.from);
    if (image.kind === 'unresolved') return [];
    const recorded = recordedTrigger(bc.status?.imageChangeTriggers, trigger.from)?.lastTriggeredImageID;
    const isNew = image.reference !== recorded && image.reference !== trigger.lastTriggeredImageID;
    const { kind, namespace, name } = trigger.from;
    return isNew ? [{ image: image.reference, from: { kind, namespace, name } }] : [];
  });
  const [first] = firing;
  if (first === undefined) return undefined;
  const byTag = new Map(firing.map((one) => [`${one.from.namespace}/${one.from.name}`, one]));
  return {
    metadata: { name: bc.metadata.name, namespace: bc.metadata.namespace ?? '' },
    triggeredByImage: { kind: 'DockerImage', name: first.image },
    from: first.from,
    triggeredBy: [...byTag.values()].map(({ image, from }) => imageChangeCause(image, from)),
  };
}
