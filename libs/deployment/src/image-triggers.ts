import type { NormalDeploymentConfig, NormalImageChangeParams, NormalTrigger } from '@tagstream/api-types';
import { mayUpdate, type ResolvedTag, updatePolicy } from '@tagstream/image-stream';

/** What a tag of an ImageStream stands for now; undefined when the stream or the tag has nothing yet. */
export type TagResolver = (namespace: string, stream: string, tag: string) => ResolvedTag | undefined;

/** A tag that a trigger follows. */
export interface FollowedTag {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
}

/** Which fields of a DeploymentConfig's spec are to get which image; indexes are those of the stored lists. */
export interface ImageChange {
  readonly triggers: readonly { readonly index: number; readonly image: string }[];
  readonly containers: readonly {
    readonly list: 'containers' | 'initContainers';
    readonly index: number;
    readonly image: string;
  }[];
}

/** The ImageChange triggers, automatic or not. */
export function imageTriggersOf(dc: NormalDeploymentConfig): NormalImageChangeParams[] {
  return dc.spec.triggers.map(imageChangeOf).filter((params) => params !== undefined);
}

/** The tags whose movement may change the DeploymentConfig: those of its automatic ImageChange triggers. */
export function followedTags(dc: NormalDeploymentConfig): FollowedTag[] {
  return imageTriggersOf(dc)
    .filter((params) => params.automatic)
    .map(followedTagOf)
    .filter((tag) => tag !== undefined);
}

/**
 * What the automatic ImageChange triggers want written; undefined when everything is as it should be, or when a trigger
 * that never had an image cannot be resolved: then the whole DeploymentConfig is left alone. A trigger that had one keeps
 * it. Drift of a container is repaired even when the trigger itself is up to date. `paused` does not matter here. Of a tag whose
 * image may not be written yet, by the update policy in the annotations, nothing is written: see `imageWait`.
 */
export function imageChange(dc: NormalDeploymentConfig, resolve: TagResolver, nowMs: number): ImageChange | undefined {
  const parsed = updatePolicy(dc.metadata.annotations);
  const mayWrite = (resolved: ResolvedTag) =>
    parsed.kind === 'none' || (parsed.kind === 'policy' && mayUpdate(parsed.policy, resolved, nowMs).kind === 'now');
  const triggers: { index: number; image: string }[] = [];
  const wanted = new Map<string, string>();
  for (const [index, trigger] of dc.spec.triggers.entries()) {
    const params = imageChangeOf(trigger);
    if (!params?.automatic || params.from.kind !== 'ImageStreamTag') continue;
    const tag = followedTagOf(params);
    const last = params.lastTriggeredImage;
    const resolved = tag && resolve(tag.namespace, tag.stream, tag.tag);
    const isHeld = resolved !== undefined && !mayWrite(resolved);
    const image = isHeld ? last : resolved?.reference || last;
    if (image === '') return undefined;
    if (isHeld) continue;
    if (image !== last) triggers.push({ index, image });
    for (const name of params.containerNames) wanted.set(name, image);
  }
  const containers = (['initContainers', 'containers'] as const).flatMap((list) =>
    (dc.spec.template.spec?.[list] ?? []).flatMap((container, index) => {
      const image = wanted.get(container.name);
      return image === undefined || image === container.image ? [] : [{ list, index, image }];
    }),
  );
  return triggers.length + containers.length === 0 ? undefined : { triggers, containers };
}

/** What an automatic trigger asks for that is not there yet. */
export interface PendingImage {
  readonly params: NormalImageChangeParams;
  readonly resolved: ResolvedTag;
}

/** What the automatic triggers whose tags resolve ask for, as far as it is not written, whether it may be written or not. */
export function pendingImages(dc: NormalDeploymentConfig, resolve: TagResolver): PendingImage[] {
  const { initContainers, containers } = dc.spec.template.spec ?? {};
  return imageTriggersOf(dc).flatMap((params) => {
    const tag = params.automatic ? followedTagOf(params) : undefined;
    const resolved = tag && resolve(tag.namespace, tag.stream, tag.tag);
    if (resolved === undefined) return [];
    const named = [...(initContainers ?? []), ...(containers ?? [])].filter(({ name }) =>
      params.containerNames.includes(name),
    );
    const isThere = [params.lastTriggeredImage, ...named.map(({ image }) => image)];
    return isThere.every((image) => image === resolved.reference) ? [] : [{ params, resolved }];
  });
}

function imageChangeOf(trigger: NormalTrigger): NormalImageChangeParams | undefined {
  return trigger.type === 'ImageChange' ? trigger.imageChangeParams : undefined;
}

/** A name that is not exactly `stream:tag` follows nothing. */
function followedTagOf({ from }: NormalImageChangeParams): FollowedTag | undefined {
  const [stream, tag, ...rest] = from.name.split(':');
  if (from.kind !== 'ImageStreamTag' || !stream || !tag || rest.length > 0) return undefined;
  return { namespace: from.namespace, stream, tag };
}
