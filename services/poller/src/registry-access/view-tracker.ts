import type { AccessOf } from '../credentials/access.ts';
import { withAccess } from '../question.ts';
import type { TagView } from '../tag-view.ts';

/** Keeps the questions of tags in step with the access to their registries. */
export interface ViewTracker {
  /** Takes in what a stream's tags are now; none takes the stream away. */
  set(namespace: string, stream: string, tags: readonly TagView[]): void;
  /** The access may have changed for the streams of a namespace; without one, for all. */
  refresh(namespace?: string): void;
  /** The tags of a stream with the questions that they have now; undefined for a stream that is not known. */
  get(namespace: string, stream: string): readonly TagView[] | undefined;
}

interface Tracked {
  /** As the stream has them. */
  readonly tags: readonly TagView[];
  /** The same with the access that applies. */
  readonly views: readonly TagView[];
}

/**
 * Tags that mean the same reference share a question only while the same credentials apply to them. So a Secret that changes
 * makes other questions of some tags; one whose import has failed is then asked at once, since that may have been the cause.
 *
 * @param update is told what the tags of a stream are now and were before.
 */
export function createViewTracker(
  accessOf: AccessOf,
  update: (now: readonly TagView[], before: readonly TagView[]) => void,
): ViewTracker {
  const namespaces = new Map<string, Map<string, Tracked>>();

  function viewOf(tag: TagView): TagView {
    if (tag.question.kind === 'invalid') return tag;
    const access = accessOf(tag.namespace, tag.question.reference);
    return access === undefined ? tag : { ...tag, question: withAccess(tag.question, access) };
  }

  function again(streams: Map<string, Tracked>): void {
    for (const [stream, { tags, views }] of streams) {
      const next = tags.map((tag, index) => {
        const now = viewOf(tag);
        const before = views[index];
        if (before?.question.key === now.question.key) return before;
        return now.failure === null ? now : { ...now, accessChanged: true };
      });
      if (next.every((view, index) => view === views[index])) continue;
      streams.set(stream, { tags, views: next });
      update(next, views);
    }
  }

  return {
    set(namespace, stream, tags) {
      const streams = namespaces.get(namespace) ?? new Map<string, Tracked>();
      const before = streams.get(stream)?.views ?? [];
      const changed = new Map(before.filter((view) => view.accessChanged).map((view) => [view.id, view.question.key]));
      const views = tags
        .map(viewOf)
        .map((view) => (changed.get(view.id) === view.question.key ? { ...view, accessChanged: true } : view));
      if (tags.length === 0) streams.delete(stream);
      else streams.set(stream, { tags, views });
      if (streams.size === 0) namespaces.delete(namespace);
      else namespaces.set(namespace, streams);
      update(views, before);
    },
    refresh(namespace) {
      if (namespace === undefined) for (const streams of namespaces.values()) again(streams);
      else again(namespaces.get(namespace) ?? new Map());
    },
    get: (namespace, stream) => namespaces.get(namespace)?.get(stream)?.views,
  };
}
