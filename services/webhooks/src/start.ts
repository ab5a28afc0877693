import { type Bus, BusError, connectBus } from '@tagstream/bus';
import { RegistryPush, WebhookStream } from '@tagstream/events';
import { ConfigError, closeServer, type ServiceContext, withRetry } from '@tagstream/service';
import type { WebhooksConfig } from './config.ts';
import { createHookServer } from './hook-server.ts';
import type { PushPublisher } from './push-publisher.ts';
import { STORE_TIMEOUT_MS } from './receive.ts';
import { type NameRegistry, parseAliases, registryNames } from './registry-names.ts';
import { parseSecretList, type Secrets, secretsOf } from './secrets.ts';
import { createHookTelemetry } from './telemetry.ts';

/** The stream is set up at start; a cluster that is electing leaders answers after some of these tries. */
const SETUP_RETRY = { attempts: Number.POSITIVE_INFINITY, minMs: 200, maxMs: 5_000, factor: 2 };

/**
 * Starts the hook server, then connects to NATS. In this order a sender that comes too early gets a 503, which it repeats,
 * and not a refused connection, after which some give up.
 * @returns the address of the hooks, `http://127.0.0.1:8081`.
 * @throws ConfigError for secrets or aliases that make no sense.
 */
export async function startWebhooks(context: ServiceContext<WebhooksConfig>): Promise<string> {
  const { config, log, clock, signal, metrics, health, defer, fail } = context;
  const secrets = readSecrets(config);
  const nameRegistry = readAliases(config);
  let bus: Bus | undefined;
  let ready = false;
  health.check('nats', () => {
    if (bus === undefined) return { ready: false, detail: 'waiting for the first connection to NATS' };
    if (!bus.connected) return { ready: false, detail: 'no connection to NATS' };
    return ready ? { ready, detail: 'connected' } : { ready, detail: 'waiting for the webhook stream' };
  });
  const publisher: PushPublisher = {
    publish: async (push, storeSignal) => {
      if (bus === undefined) throw new BusError('unavailable', 'not connected to NATS yet; deliver it again');
      await bus.publish(RegistryPush, push, { signal: storeSignal, timeoutMs: STORE_TIMEOUT_MS });
    },
  };
  // Registered before the server, so that the bus outlives the requests that are still running at the end.
  defer({ [Symbol.asyncDispose]: async () => bus?.[Symbol.asyncDispose]() });
  const telemetry = createHookTelemetry(metrics, log);
  const app = createHookServer({ secrets, nameRegistry, publisher, now: () => clock.now(), telemetry });
  const address = await app.listen({ host: config.httpHost, port: config.httpPort });
  defer({ [Symbol.asyncDispose]: () => closeServer(app) });
  if (secrets === null) log.warn('hooks take notifications from anybody');
  log.info({ address }, 'hooks open');

  bus = await connectBus({
    servers: config.natsUrl,
    name: 'webhooks',
    prefix: config.subjectPrefix,
    ...(config.natsCreds !== undefined && { credsFile: config.natsCreds }),
    signal,
  });
  const connected = bus;
  void connected.closed.then((error) => error && fail(error));
  await withRetry(SETUP_RETRY, () => connected.ensureStreams([WebhookStream], { signal }), {
    signal,
    clock,
    onRetry: ({ error }) => log.warn({ err: error }, 'webhook stream not set up yet'),
  });
  ready = true;
  return address;
}

function readSecrets(config: WebhooksConfig): Secrets | null {
  const values = parseSecretList(config.secrets ?? '');
  if (values.length > 0) return secretsOf(values);
  if (config.allowAnybody) return null;
  throw new ConfigError([
    'TAGSTREAM_WEBHOOK_SECRETS is required: set at least one secret, or TAGSTREAM_WEBHOOK_ALLOW_ANYBODY=true where only ' +
      'senders can reach the hooks',
  ]);
}

function readAliases(config: WebhooksConfig): NameRegistry {
  try {
    return registryNames(parseAliases(config.registryAliases));
  } catch (error) {
    throw new ConfigError([`TAGSTREAM_REGISTRY_ALIASES: ${(error as Error).message}`]);
  }
}
