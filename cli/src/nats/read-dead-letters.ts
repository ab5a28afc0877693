import { type Bus, BusError } from '@tagstream/bus';
import { DeadLetter, DeadLetterStream, type EventData } from '@tagstream/events';

export type Letter = EventData<typeof DeadLetter>;

/** The services that consume messages. */
const SERVICES = ['poller', 'trigger', 'rollout', 'webhooks', 'builder'] as const;

/** So many of the latest are looked through: there are few, or something else is wrong that shows elsewhere. */
const MAX_LETTERS = 1000;

/** Somebody is waiting. */
const TIMEOUT_MS = 5000;

/** A message that a service gave up on, and where it lies. */
export interface StoredLetter {
  readonly sequence: number;
  readonly letter: Letter;
}

/** The latest messages that services gave up on, oldest first. @throws BusError */
export async function readDeadLetters(
  bus: Pick<Bus, 'last' | 'subscribe'>,
  signal: AbortSignal,
): Promise<StoredLetter[]> {
  const last = await lastSequence(bus);
  if (last === 0) return [];
  const letters: StoredLetter[] = [];
  const done = Promise.withResolvers<void>();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  await using subscription = bus.subscribe(DeadLetter, {
    stream: DeadLetterStream,
    from: Math.max(1, last - MAX_LETTERS + 1),
    signal: AbortSignal.any([signal, timeout]),
    onEvent({ data }, { sequence }) {
      letters.push({ sequence, letter: data });
      if (sequence >= last) done.resolve();
    },
    onInvalid(_, { sequence }) {
      if (sequence >= last) done.resolve();
    },
  });
  await Promise.race([done.promise, subscription.closed]);
  return letters;
}

/** Sequence of the latest one, 0 when there is none. */
async function lastSequence(bus: Pick<Bus, 'last'>): Promise<number> {
  try {
    // Only the service makes the subject.
    const stored = await Promise.all(
      SERVICES.map((service) => bus.last(DeadLetterStream, DeadLetter, { ...DeadLetter.sample, service })),
    );
    return Math.max(0, ...stored.map((letter) => letter?.sequence ?? 0));
  } catch (error) {
    if (error instanceof BusError && error.code === 'no_stream') return 0;
    throw error;
  }
}
