import type { KubeObject, NormalImageChangeParams, OwnerReference } from '@tagstream/api-types';
import { parseTriggers, type TagAddress, TRIGGERS_ANNOTATION, triggerSource } from '@tagstream/image-stream';
import type { Subject } from './facts.ts';

/** The tags that the images of an object come from, also by triggers that are paused; each once. */
export function followedTags(subject: Subject, namespace: string): readonly TagAddress[] {
  const tags = allTags(subject, namespace).map((tag) => [JSON.stringify(tag), tag] as const);
  return [...new Map(tags).values()];
}

function allTags(subject: Subject, namespace: string): readonly TagAddress[] {
  switch (subject.kind) {
    case 'tags':
      return subject.tags;
    case 'config':
      return subject.dc.spec.triggers.flatMap(({ imageChangeParams: params }) => (params && configTag(params)) ?? []);
    case 'workload': {
      const { annotations } = subject.object.metadata;
      const parsed = parseTriggers(annotations?.[TRIGGERS_ANNOTATION]);
      if (parsed.kind === 'invalid' || controllerOf(subject.object) !== undefined) return [];
      return parsed.triggers.flatMap((trigger) => triggerSource(trigger, namespace) ?? []);
    }
  }
}

/** The tag of an ImageChange trigger; undefined for a name that is not exactly `stream:tag`. */
export function configTag({ from }: NormalImageChangeParams): TagAddress | undefined {
  const [stream, tag, ...rest] = from.name.split(':');
  if (from.kind !== 'ImageStreamTag' || !stream || !tag || rest.length > 0) return undefined;
  return { namespace: from.namespace, stream, tag };
}

/** The object that decides about another one. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
