import type { ImageStream } from '@tagstream/api-types';
import { findStatusTag } from '@tagstream/image-stream';
import { ago, shortImage } from '../say.ts';

/**
 * What an image is to a tag it should come from, in words that follow "it runs …": an older image of the tag's history, or none of it.
 * @param image of the container
 * @param name of the tag, for people
 */
export function placeInHistory(stream: ImageStream, tag: string, image: string, name: string, nowMs: number): string {
  const items = findStatusTag(stream, tag)?.items ?? [];
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  const index = items.findIndex(
    (item) => item.dockerImageReference === image || (digest !== undefined && item.image === digest),
  );
  const found = items[index];
  if (found === undefined) return `${shortImage(image)}, which is no image that ${name} is known to have had`;
  const until = items[index - 1]?.created;
  const when = until === undefined ? 'still has' : `had until ${ago(Date.parse(until), nowMs)}`;
  const behind = index === 1 ? ', one image behind' : index > 1 ? `, ${index} images behind` : '';
  return `${shortImage(image)}, which ${name} ${when}${behind}`;
}
