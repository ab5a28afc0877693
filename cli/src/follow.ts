import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '@tagstream/api-types';
import { KubeError, type ObjectKey } from '@tagstream/kube';
import type { Session } from './session.ts';

/** Long enough that an API server which is starting is not asked all the time. */
const AGAIN_MS = 1000;

/** The API server ends a watch after this time; nothing is lost, it is opened anew. */
const WATCH_SECONDS = 300;

/** Longer than the watch itself: an object may rest for as long. */
const IDLE_TIMEOUT_MS = (WATCH_SECONDS + 30) * 1000;

/**
 * The object as it is, and again each time it has changed. Goes on over lost connections; ends when the object is deleted.
 * @throws KubeError `not_found` when it is not there, or what else trying again does not help against; the signal's reason
 */
export async function* follow<T extends KubeObject>(
  { kube }: Session,
  key: ObjectKey,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  for (;;) {
    try {
      const object = await kube.get<T>(key, { signal });
      yield object;
      const events = await kube.watch<T>(key.resource, {
        namespace: key.namespace ?? '',
        fieldSelector: `metadata.name=${key.name}`,
        resourceVersion: object.metadata.resourceVersion ?? '',
        timeoutSeconds: WATCH_SECONDS,
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        signal,
      });
      for await (const { type, object: next } of events) {
        if (type === 'DELETED') return;
        if (type !== 'BOOKMARK') yield next;
      }
    } catch (error) {
      if (!(error instanceof KubeError) || !error.retryable) throw error;
    }
    await delay(AGAIN_MS, undefined, { signal });
  }
}
