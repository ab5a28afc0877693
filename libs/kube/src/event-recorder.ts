import type { KubeObject } from '@tagstream/api-types';
import type { KubeClient } from './kube-client.ts';
import { type EventFacts, MAX_MESSAGE_LENGTH, recordEvent } from './record-event.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/** What is said about an object. */
export type EventText = Pick<EventFacts, 'type' | 'reason' | 'message' | 'counted'>;

/** Records events on objects, without anybody waiting for it. */
export type EventRecorder = (resource: Resource, object: KubeObject, note: EventText) => void;

/** What an {@link eventRecorder} works with. */
export interface EventRecorderOptions {
  readonly kube: Pick<KubeClient, 'create' | 'get' | 'mergePatch'>;
  /** Who says so: `tagstream-rollout`. */
  readonly component: string;
  readonly clock: { readonly now: () => number; readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void> };
  /** Ends it: what waits then is not recorded. */
  readonly signal: AbortSignal;
  /** Told of each note that is not recorded because too much waits. */
  readonly onDropped: () => void;
}

/** Events are a courtesy: when much is to be said, the API server has more important things to do. This is 10 a second. */
const PAUSE_MS = 100;

/** Objects with something to be said about; what is said minutes late helps nobody. A process that ends forgets them. */
const MAX_WAITING = 600;

/** Notes about one object: more than a rollout has steps in that time. */
const MAX_NOTES = 100;

/** An object, and what waits to be said about it. */
interface Waiting {
  readonly regarding: EventFacts['regarding'];
  readonly notes: (EventText & { readonly atMs: number })[];
}

/**
 * A recorder that lets notes wait so that a second sees no more than 10 events. Nothing is left out for that: what was said about an
 * object for the same reason in a row becomes one event, its messages joined. A note that
 * finds nothing waiting is recorded as soon as the pause after the last event is over.
 */
export function eventRecorder(options: EventRecorderOptions): EventRecorder {
  const { clock, signal, onDropped } = options;
  const waiting = new Map<string, Waiting>();
  let busy = false;

  async function recordAll(): Promise<void> {
    busy = true;
    for (let next = takeFirst(waiting); next && !signal.aborted; next = takeFirst(waiting)) {
      for (const { atMs, ...note } of joined(next.notes)) {
        const facts = { ...note, regarding: next.regarding, component: options.component, clock: { now: () => atMs } };
        await recordEvent(options.kube, facts);
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined); // ended
      }
    }
    busy = false;
  }

  return (resource, { metadata }, note) => {
    const { name, namespace = '', uid = '' } = metadata;
    const id = `${resource.plural}/${namespace}/${name}/${uid}`;
    const present = waiting.get(id);
    if (present ? present.notes.length >= MAX_NOTES : waiting.size >= MAX_WAITING) {
      onDropped();
      return;
    }
    const regarding = { apiVersion: apiVersionOf(resource), kind: resource.kind, name, namespace, uid };
    const about: Waiting = present ?? { regarding, notes: [] };
    about.notes.push({ ...note, atMs: clock.now() });
    waiting.set(id, about);
    if (!busy && !signal.aborted) void recordAll();
  };
}

function takeFirst(waiting: Map<string, Waiting>): Waiting | undefined {
  for (const [id, first] of waiting) {
    waiting.delete(id);
    return first;
  }
  return undefined;
}

/** Notes of the same reason in a row as one, with the time of the last. */
function joined(notes: Waiting['notes']): Waiting['notes'] {
  const result: Waiting['notes'] = [];
  for (const note of notes) {
    const last = result.at(-1);
    const message = last && messageOfBoth(last, note);
    if (message === undefined) result.push(note);
    else result[result.length - 1] = { ...note, message };
  }
  return result;
}

/** What two notes say in one event; undefined when they are two. What replicas say once together keeps its words. */
function messageOfBoth(one: EventText, other: EventText): string | undefined {
  if (one.counted === false || other.counted === false) return undefined;
  if (one.type !== other.type || one.reason !== other.reason || one.message === other.message) return undefined;
  const message = `${one.message}; ${other.message}`;
  return message.length <= MAX_MESSAGE_LENGTH ? message : undefined;
}
