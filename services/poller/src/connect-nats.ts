import { type Bus, connectBus } from '@tagstream/bus';
import { RegistryStream, WebhookStream } from '@tagstream/events';
import { natsOptions, reportConnection, type ServiceContext, withRetry } from '@tagstream/service';
import type { PollerConfig } from './config.ts';

/** The streams are set up at start; a cluster that is electing leaders answers after some of these tries. */
const SETUP_RETRY = { attempts: Number.POSITIVE_INFINITY, minMs: 200, maxMs: 5_000, factor: 2 };

/** Connects to NATS, waiting as long as it takes, and sets up the streams that are published to and consumed. */
export async function connectNats(context: ServiceContext<PollerConfig>): Promise<Bus> {
  const { log, clock, signal, health, defer, fail } = context;
  const onStatus = reportConnection(health, 'nats', 'waiting for the first connection to NATS');
  const bus = defer(await connectBus({ ...natsOptions(context), onStatus }));
  void bus.closed.then((error) => error && fail(error));
  await withRetry(SETUP_RETRY, () => bus.ensureStreams([RegistryStream, WebhookStream], { signal }), {
    signal,
    clock,
    onRetry: ({ error }) => log.warn({ err: error }, 'streams not set up yet'),
  });
  return bus;
}
