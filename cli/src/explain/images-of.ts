import { findStatusTag, newestItem } from '@tagstream/image-stream';
import type { Facts } from './facts.ts';
import type { ShownImage } from './print.ts';
import { podSpecAt } from './rules/triggers.ts';

/** What the containers of an object run, init containers first; of tags, what they point to. */
export function imagesOf({ subject, stream }: Pick<Facts, 'subject' | 'stream'>): ShownImage[] {
  if (subject.kind === 'tags') {
    return subject.tags.map(({ namespace, stream: name, tag }) => {
      const read = stream(namespace, name);
      const item = read.kind === 'stream' ? newestItem(findStatusTag(read.stream, tag)) : undefined;
      return { name: `${name}:${tag}`, image: item?.dockerImageReference ?? '' };
    });
  }
  const podSpec =
    subject.kind === 'config' ? (subject.dc.spec.template.spec ?? {}) : podSpecAt(subject.object, subject.base);
  const containers = [...(podSpec.initContainers ?? []), ...(podSpec.containers ?? [])];
  return containers.map(({ name = '', image = '' }) => ({ name, image }));
}
