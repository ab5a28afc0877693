import type { EventData, RegistryPush } from '@tagstream/events';

export type Push = EventData<typeof RegistryPush>;

/** What became of a hint: stored, or known to the stream already by its delivery id. */
export type Stored = 'stored' | 'duplicate';

/** Puts hints on the bus. Resolves once the stream has the message; rejects when it could not be stored in time. */
export interface PushPublisher {
  readonly publish: (push: Push, timeoutMs: number) => Promise<Stored>;
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
 * @param nowMs a clock.
 */
export async function publishAll(
  pushes: readonly Push[],
  publisher: PushPublisher,
  timeoutMs: number,
  nowMs: () => number,
): Promise<readonly Stored[]> {
  const [first] = pushes;
  if (first !== undefined && pushes.length === 1) return [await publisher.publish(first, timeoutMs)];
  const deadlineMs = nowMs() + timeoutMs;
  const queue = pushes.values();
  const outcomes: Stored[] = [];
  let failed = false;
  const worker = async () => {
    for (const push of queue) {
      if (failed) return;
      const leftMs = deadlineMs - nowMs();
      if (leftMs <= 0) throw new Error('the notifications of one delivery could not be stored in time');
      outcomes.push(await publisher.publish(push, leftMs));
    }
  };
  const workers = Array.from({ length: Math.min(MAX_IN_FLIGHT, pushes.length) }, worker);
  try {
    await Promise.all(workers);
  } finally {
    failed = true; // the others stop after what they are at
  }
  return outcomes;
}
