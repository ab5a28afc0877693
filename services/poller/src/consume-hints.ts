import type { Bus } from '@tagstream/bus';
import { RegistryPush, WebhookStream } from '@tagstream/events';
import type { ServiceContext } from '@tagstream/service';
import type { PollerConfig } from './config.ts';
import { createHintHandler } from './handle-hint.ts';
import type { OwnPushes } from './own-registry/watch-pushes.ts';
import type { PollLoop } from './poll-loop.ts';
import type { Telemetry } from './telemetry.ts';

/** Hints handled at the same time: they mostly wait, and each registry has at most a quarter of the places. */
const HINT_CONCURRENCY = 256;

/** Hints are not dead letters while NATS is away: with waits of up to 15 s this is longer than an outage. */
const HINT_RETRY = { minMs: 500, maxMs: 15_000, factor: 2 };
const HINT_MAX_DELIVER = 500;

/** A hint that a killed replica held is with another one after so long; whoever works on it says so in time. */
const HINT_ACK_WAIT_MS = 5_000;

/**
 * Takes push hints from the bus. Replicas share them as they come: the one that takes a hint asks the registry, whoever owns
 * the reference.
 */
export function consumeHints(
  { config, clock, health, defer }: ServiceContext<PollerConfig>,
  parts: {
    readonly bus: Bus;
    readonly loop: PollLoop;
    readonly own: OwnPushes | undefined;
    readonly telemetry: Telemetry;
  },
): void {
  const { bus, loop, own, telemetry } = parts;
  const handle = createHintHandler({ loop, own, clock, hinted: telemetry.hinted });
  const consumer = defer(
    bus.consume(RegistryPush, {
      stream: WebhookStream,
      durable: config.namespace === undefined ? 'poller-hints' : `poller-hints-${config.namespace}`,
      concurrency: HINT_CONCURRENCY,
      maxDeliver: HINT_MAX_DELIVER,
      ackWaitMs: HINT_ACK_WAIT_MS,
      retry: HINT_RETRY,
      // Hints of one reference may run together: those that wait are answered by one request.
      keyOf: ({ source, deliveryId, repository, tag }) => [source, deliveryId, repository, tag].join(' '),
      handler: ({ data }, delivery) => handle(data, delivery),
      observe: telemetry.consumed,
    }),
  );
  health.check('hints', () => consumer.health());
}
