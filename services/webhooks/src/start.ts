import { randomUUID } from 'node:crypto';
import { type Bus, BusError, connectBus } from '@tagstream/bus';
import { GitHook, RegistryPush, WebhookStream } from '@tagstream/events';
import { ConfigError, closeServer, natsOptions, type ServiceContext, withRetry } from '@tagstream/service';
import { startAdmission } from './admission/start-admission.ts';
import type { WebhooksConfig } from './config.ts';
import { startGitHooks } from './git/start-git-hooks.ts';
import { createHookServer } from './hook-server.ts';
import { mergeBursts } from './merge-bursts.ts';
import type { PushPublisher } from './push-publisher.ts';
import { createRateLimit } from './rate-limit.ts';
import { STORE_TIMEOUT_MS } from './receive.ts';
import { invalidNetworks } from './receivers/networks.ts';
import { openReceivers } from './receivers/open-receivers.ts';
import { parseAliases, registryNames } from './registry-names.ts';
import type { NameRegistry } from './sender.ts';
import { createHookTelemetry } from './telemetry.ts';

/** The stream is set up at start; a cluster that is electing leaders answers after some of these tries. */
const SETUP_RETRY = { attempts: Number.POSITIVE_INFINITY, minMs: 200, maxMs: 5_000, factor: 2 };

/**
 * Starts the hook server, then connects to NATS. In this order a sender that comes too early gets a 503, which it repeats,
 * and not a refused connection, after which some give up. With the admission webhook it returns before NATS is there.
 * @param env where receivers find the secrets that they name by variable.
 * @returns the address of the hooks, `http://127.0.0.1:8081`.
 * @throws ConfigError for secrets, receivers, networks, aliases or a certificate that make no sense.
 */
export async function startWebhooks(
  context: ServiceContext<WebhooksConfig>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { config, log, clock, signal, metrics, health, defer, fail } = context;
  const nameRegistry = readAliases(config);
  checkProxies(config);
  const telemetry = createHookTelemetry(metrics, log);
  const receivers = await openReceivers({ ...context, env, nameRegistry, onReload: telemetry.reloaded });
  await startAdmission(context);
  // API servers must reach the admission webhook without NATS as well; senders get a 503 then, ready or not.
  const needsNats = config.admissionPort === undefined;
  let bus: Bus | undefined;
  let ready = false;
  health.check('nats', () => {
    if (bus === undefined) return { ready: !needsNats, detail: 'waiting for the first connection to NATS' };
    if (!bus.connected) return { ready: !needsNats, detail: 'no connection to NATS' };
    return ready ? { ready, detail: 'connected' } : { ready: !needsNats, detail: 'waiting for the webhook stream' };
  });
  const connectedBus = (): Bus => {
    if (bus === undefined) throw new BusError('unavailable', 'not connected to NATS yet; deliver it again');
    return bus;
  };
  const publisher: PushPublisher = {
    publish: async (push, timeoutMs) => {
      const { duplicate } = await connectedBus().publish(RegistryPush, push, { timeoutMs });
      return duplicate ? 'duplicate' : 'stored';
    },
  };
  // Registered before the server, so that the bus outlives the requests that are still running at the end.
  defer({ [Symbol.asyncDispose]: async () => bus?.[Symbol.asyncDispose]() });
  const now = () => clock.now();
  const gitHooks = await startGitHooks(context, async (hook) => {
    await connectedBus().publish(GitHook, hook, { timeoutMs: STORE_TIMEOUT_MS });
  });
  const app = createHookServer({
    receivers,
    rateLimit: createRateLimit(config.ratePerSecond, now),
    trustedProxies: config.trustedProxies,
    publisher: mergeBursts({ publisher, clock, onMerged: telemetry.merged }),
    now,
    newId: randomUUID,
    telemetry,
    gitHooks,
  });
  const address = await app.listen({ host: config.httpHost, port: config.httpPort });
  defer({ [Symbol.asyncDispose]: () => closeServer(app) });
  log.info({ address }, 'hooks open');

  const connect = async (): Promise<void> => {
    const connected = await connectBus(natsOptions(context));
    bus = connected;
    void connected.closed.then((error) => error && fail(error));
    await withRetry(SETUP_RETRY, () => connected.ensureStreams([WebhookStream], { signal }), {
      signal,
      clock,
      onRetry: ({ error }) => log.warn({ err: error }, 'webhook stream not set up yet'),
    });
    ready = true;
  };
  if (needsNats) await connect();
  else void connect().catch(fail);
  return address;
}

function readAliases(config: WebhooksConfig): NameRegistry {
  try {
    return registryNames(parseAliases(config.registryAliases));
  } catch (error) {
    throw new ConfigError([`TAGSTREAM_REGISTRY_ALIASES: ${(error as Error).message}`]);
  }
}

function checkProxies({ trustedProxies }: WebhooksConfig): void {
  const problems = invalidNetworks(trustedProxies).map(
    (network) => `TAGSTREAM_TRUSTED_PROXIES: "${network}" is no network; write it like 10.0.0.0/8`,
  );
  if (problems.length > 0) throw new ConfigError(problems);
}
