import { createHash } from 'node:crypto';
import type { KubeObject, ObjectReference } from '@tagstream/api-types';
import type { KubeClient } from './kube-client.ts';
import { isKubeError } from './kube-error.ts';
import { resources } from './resources.ts';

/** What is to be said about an object, for `kubectl describe` and `kubectl get events`. */
export interface EventFacts {
  /** The object it is about; with its uid, or `kubectl describe` does not show the event. */
  readonly regarding: ObjectReference & { readonly kind: string; readonly name: string };
  readonly type: 'Normal' | 'Warning';
  /** One word in upper camel case that says why: `ImportFailed`. */
  readonly reason: string;
  /** A sentence for people. Without counters or times: only equal messages are counted as one event. */
  readonly message: string;
  /** False: the same statement is not counted, only made once. Replicas that find the same thing say it once together. */
  readonly counted?: boolean;
  /** Who says so: `tagstream-trigger`. */
  readonly component: string;
  readonly clock: { readonly now: () => number };
}

/** Core `v1` Event, as far as it is written here. */
interface CoreEvent extends KubeObject {
  involvedObject: ObjectReference;
  type: string;
  reason: string;
  message: string;
  source: { component: string };
  reportingComponent: string;
  reportingInstance: string;
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
}

/** As client-go cuts it. */
export const MAX_MESSAGE_LENGTH = 1024;

/** Longest name of an object, without the dot and hash that are appended. */
const MAX_NAME_LENGTH = 253 - 17;

/** Replicas that say the same thing at the same moment; who loses more often than this leaves one count out. */
const MAX_COUNT_ATTEMPTS = 3;

/**
 * Records an event about an object. The same statement about the same object has the same name, so it is one Event object
 * whose count and last time grow, whichever replica speaks and however often it was restarted; nothing is remembered here.
 * An event is a courtesy: failures are ignored, and the call never rejects. Answers whether it was recorded.
 */
export async function recordEvent(
  client: Pick<KubeClient, 'create' | 'get' | 'mergePatch'>,
  facts: EventFacts,
): Promise<boolean> {
  try {
    const event = eventOf(facts);
    for (let attempt = 1; attempt <= MAX_COUNT_ATTEMPTS; attempt += 1) {
      if (await createOrCount(client, event, facts.counted ?? true)) return true;
    }
  } catch {
    // see above
  }
  return false;
}

/** One attempt; false when another writer came in between. */
async function createOrCount(
  client: Pick<KubeClient, 'create' | 'get' | 'mergePatch'>,
  event: CoreEvent,
  counted: boolean,
): Promise<boolean> {
  const { name, namespace = '' } = event.metadata;
  const key = { resource: resources.events, namespace, name };
  try {
    await client.create(resources.events, event);
    return true;
  } catch (error) {
    if (!isKubeError(error, 'already_exists')) throw error;
    if (!counted) return true;
  }
  try {
    const { metadata, count } = await client.get<CoreEvent>(key);
    await client.mergePatch(key, {
      metadata: { resourceVersion: metadata.resourceVersion },
      count: (count ?? 1) + 1,
      lastTimestamp: event.lastTimestamp,
    });
    return true;
  } catch (error) {
    if (!isKubeError(error, 'conflict', 'not_found')) throw error; // not_found: it expired just now
    return false;
  }
}

function eventOf({ regarding, type, reason, message, component, clock }: EventFacts): CoreEvent {
  const time = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  const text = message.slice(0, MAX_MESSAGE_LENGTH);
  const identity = [regarding.kind, regarding.uid ?? '', regarding.fieldPath ?? '', type, reason, text, component];
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
  return {
    metadata: {
      name: `${regarding.name.slice(0, MAX_NAME_LENGTH)}.${hash}`,
      namespace: regarding.namespace ?? 'default', // where events about cluster-scoped objects live
    },
    involvedObject: regarding,
    type,
    reason,
    message: text,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
