import { randomUUID } from 'node:crypto';
import { type Bus, type ConnectOptions, type ConsumeOptions, type ConsumerEvent, connectBus } from '@tagstream/bus';
import {
  allStreams,
  DeadLetter,
  DeadLetterStream,
  type EventData,
  RolloutProgressed,
  RolloutsStream,
  type StreamDefinition,
} from '@tagstream/events';

/** The event that these tests send: small, and its subject is made of two names. */
export type Rollout = EventData<typeof RolloutProgressed>;

/** The n-th event of an object. */
export function rollout(name: string, version: number): Rollout {
  return {
    ...RolloutProgressed.sample,
    name,
    uid: `uid-of-${name}`,
    version,
    replicationController: `${name}-${version}`,
  };
}

/** A prefix that no other test file uses. */
export function uniquePrefix(): string {
  return `t${randomUUID().slice(0, 8)}`;
}

/** A connected bus with all streams. */
export async function startBus(servers: string, options: Partial<ConnectOptions> = {}): Promise<Bus> {
  const bus = await connectBus({ servers, name: 'tester', prefix: uniquePrefix(), ...options });
  await bus.ensureStreams(allStreams);
  return bus;
}

/** Consumes rollouts by name, quickly repeating what fails. */
export function consumeRollouts(
  bus: Bus,
  options: Pick<ConsumeOptions<Rollout>, 'handler'> & Partial<ConsumeOptions<Rollout>>,
) {
  const events: ConsumerEvent[] = [];
  const consumer = bus.consume(RolloutProgressed, {
    stream: RolloutsStream,
    durable: 'worker',
    concurrency: 4,
    keyOf: (data) => data.name,
    retry: { minMs: 20, maxMs: 100, factor: 2 },
    observe: (event) => events.push(event),
    ...options,
  });
  return { consumer, events };
}

/** What lies in a stream, in order. */
export async function readAll<T>(
  bus: Bus,
  stream: StreamDefinition,
  definition: Parameters<Bus['subscribe']>[0],
): Promise<readonly T[]> {
  const found: T[] = [];
  const done = Promise.withResolvers<void>();
  await using subscription = bus.subscribe(definition, {
    stream,
    from: 'all',
    onEvent: (event, { pending }) => {
      found.push(event.data as T);
      if (pending === 0) done.resolve();
    },
  });
  const { pending } = await subscription.ready;
  if (pending > 0) await done.promise;
  return found;
}

/** The dead letters of a bus. */
export function deadLetters(bus: Bus): Promise<readonly EventData<typeof DeadLetter>[]> {
  return readAll(bus, DeadLetterStream, DeadLetter);
}
