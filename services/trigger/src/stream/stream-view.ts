import type { ImageStream } from '@tagstream/api-types';
import { type IntegratedRegistry, newestItem, reconcileSpecTags } from '@tagstream/image-stream';
import { itemEventId } from './item-event.ts';
import { hasRepositories } from './repositories.ts';
import { streamId, streamNameOf } from './stream-key.ts';

/** What is kept of a stream to notice that something has to be done for it. */
export interface StreamView {
  /** Key of the stream. */
  readonly id: string;
  /** The status does not answer to the spec yet, other than by an import. */
  readonly specPending: boolean;
  /** Id of the event of the newest item of each tag. */
  readonly newest: ReadonlyMap<string, string>;
}

/** Any instant does: whether there is something to do does not depend on it. */
const SOME_INSTANT = '1970-01-01T00:00:00.000Z';

/** Keeps of a stream what {@link StreamView} says. */
export function viewStream(stream: ImageStream, registry: IntegratedRegistry): StreamView {
  const newest = new Map<string, string>();
  for (const entry of stream.status?.tags ?? []) {
    const item = newestItem(entry);
    if (item !== undefined) newest.set(entry.tag, itemEventId(stream, entry.tag, item));
  }
  return { id: streamId(streamNameOf(stream)), specPending: isSpecPending(stream, registry), newest };
}

/** True when the repositories or a tag that is not imported have to be written. */
function isSpecPending(stream: ImageStream, registry: IntegratedRegistry): boolean {
  const { status, waitingFor } = reconcileSpecTags(stream, { lookupStream: () => undefined, now: SOME_INSTANT });
  return status !== undefined || waitingFor.length > 0 || !hasRepositories(stream, registry);
}
