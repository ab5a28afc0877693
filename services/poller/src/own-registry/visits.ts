import type { ViewTracker } from '../registry-access/view-tracker.ts';
import type { TagView } from '../tag-view.ts';
import type { OwnRegistry, StreamPlace } from './own-registry.ts';
import { type OwnStream, pushedTagView } from './own-stream.ts';

/** A tag that is being looked at; disposal ends that. */
export interface Visit extends Disposable {
  /** What its question is found by. */
  readonly canonical: string;
}

/** The streams with a repository in the own registry, and which tags of these repositories are being looked at. */
export interface Visits {
  /** Takes in what a stream is now and was before. */
  update(now: OwnStream | undefined, before: OwnStream | undefined): void;
  streamOf(place: StreamPlace): OwnStream | undefined;
  streams(): Iterable<OwnStream>;
  /**
   * Makes a tag one that the poll loop can look at, for as long as the visit lasts. Undefined when there is no such stream, or when an
   * import looks at that very place.
   */
  visit(place: StreamPlace, tag: string): Visit | undefined;
}

/** The name of a stream as a key. */
export const placeKey = ({ namespace, stream }: StreamPlace): string => `${namespace}/${stream}`;

/**
 * Nothing yet. A tag of a repository is known to the poll loop only while somebody looks at it: a repository can have any number of
 * tags, and the status of the stream tells what is known of them.
 *
 * @param tracker hands the tags on to the poll loop.
 */
export function createVisits(registry: OwnRegistry, tracker: Pick<ViewTracker, 'set'>): Visits {
  const streams = new Map<string, OwnStream>();
  /** How many look at each tag, by stream. */
  const visited = new Map<string, Map<string, number>>();

  function tell(place: StreamPlace): void {
    const key = placeKey(place);
    const stream = streams.get(key);
    const tags = stream === undefined ? [] : [...(visited.get(key)?.keys() ?? [])];
    const views = tags.flatMap((tag): TagView[] => {
      const view = stream && pushedTagView(stream, tag, registry);
      return view === undefined ? [] : [view];
    });
    tracker.set(place.namespace, place.stream, views);
  }

  function count(place: StreamPlace, tag: string, change: 1 | -1): void {
    const key = placeKey(place);
    const tags = visited.get(key) ?? new Map<string, number>();
    const left = (tags.get(tag) ?? 0) + change;
    if (left === 0) tags.delete(tag);
    else tags.set(tag, left);
    if (tags.size === 0) visited.delete(key);
    else visited.set(key, tags);
    if (left === 0 || (left === 1 && change === 1)) tell(place);
  }

  return {
    update(now, before) {
      const place = now ?? before;
      if (place === undefined) return;
      const key = placeKey(place);
      if (now === undefined) streams.delete(key);
      else streams.set(key, now);
      if (visited.has(key)) tell(place);
    },
    streamOf: (place) => streams.get(placeKey(place)),
    streams: () => streams.values(),
    visit(place, tag) {
      const stream = streams.get(placeKey(place));
      const view = stream && pushedTagView(stream, tag, registry);
      if (view === undefined) return undefined;
      count(place, tag, 1);
      return { canonical: view.question.canonical, [Symbol.dispose]: () => count(place, tag, -1) };
    },
  };
}
