import type { EventData, RegistryPush } from '@tagstream/events';

export type Push = EventData<typeof RegistryPush>;

/** Puts hints on the bus. Resolves once the stream has stored the message; rejects when it could not be stored. */
export interface PushPublisher {
  readonly publish: (push: Push, signal: AbortSignal) => Promise<void>;
}

/**
 * How many hints of one payload are on their way to the stream at a time. One envelope rarely holds more than a handful;
 * the bound is for a body filled up to its limit.
 */
const MAX_IN_FLIGHT = 64;

/**
 * Publishes all hints of a payload concurrently, so that a push in a large envelope is not late by those before it.
 * Stops at the first failure: the sender delivers the whole payload again, and the message ids make what is already
 * stored count once.
 */
export async function publishAll(
  pushes: readonly Push[],
  publisher: PushPublisher,
  signal: AbortSignal,
): Promise<void> {
  const queue = pushes.values();
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const worker = async () => {
    for (const push of queue) {
      if (either.aborted) return;
      await publisher.publish(push, either);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(MAX_IN_FLIGHT, pushes.length) }, worker));
  } catch (error) {
    failed.abort();
    throw error;
  }
  signal.throwIfAborted();
}
