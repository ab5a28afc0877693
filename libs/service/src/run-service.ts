import { startAdminServer } from './admin-server.ts';
import { type Clock, systemClock } from './clock.ts';
import type { ConfigDefinition } from './config.ts';
import { ConfigError } from './config-error.ts';
import { createHealth, type Health } from './health.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** What every service is configured with, whatever else it needs. */
export interface ServiceConfig {
  readonly adminHost: string;
  readonly adminPort: number;
  readonly logLevel: string;
}

/** What a service gets to start with. */
export interface ServiceContext<C> {
  readonly config: Readonly<C>;
  readonly log: Log;
  readonly clock: Clock;
  /** Aborted when the service is asked to stop: take on nothing new. What runs is given time by disposal. */
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Registers something to dispose of at the end, in reverse order, and returns it. */
  defer<T extends AsyncDisposable>(resource: T): T;
}

/** A service: its name, its configuration and how it starts. */
export interface Service<C extends ServiceConfig> {
  readonly name: string;
  readonly version?: string;
  readonly config: ConfigDefinition<C>;
  /** Starts everything and returns; the service is ready from then on, as far as its health checks agree. */
  readonly start: (context: ServiceContext<C>) => Promise<void>;
}

/** Everything must be stopped by then; Kubernetes kills after 30 s, compose after 10 s. */
const STOP_LIMIT_MS = 10_000;

/** How often readiness is looked at even when nobody probes, so that changes are logged. */
const HEALTH_EVERY_MS = 5000;

/** Exit codes: stopped as asked, failed, and not even configured or not stopped in time. */
const EXIT = { ok: 0, failed: 1, unusable: 2 } as const;

/**
 * Runs a service until SIGTERM or SIGINT and exits the process: 0 after an ordered stop, 1 after a failure, 2 when the
 * environment does not make a configuration (told on standard error) or the stop took longer than 10 s. A second signal
 * exits at once.
 */
export async function runService<C extends ServiceConfig>(service: Service<C>): Promise<never> {
  const config = parseOrExit(service);
  const log = createLog({ service: service.name, version: service.version, level: config.logLevel });
  const metrics = createMetrics();
  const health = createHealth({ log });
  const stop = new AbortController();
  const resources = new AsyncDisposableStack();
  exitOnUnhandled(log);
  const stopAsked = onSignal(log, stop);

  let code: number = EXIT.ok;
  try {
    health.set('service', { ready: false, detail: 'starting' });
    const admin = await startAdminServer({ host: config.adminHost, port: config.adminPort, health, metrics });
    resources.use(admin);
    log.info({ address: admin.address }, 'service starting');
    void watchHealth(health, systemClock, stop.signal);
    await service.start({
      config,
      log,
      clock: systemClock,
      signal: stop.signal,
      metrics,
      health,
      defer: (resource) => resources.use(resource),
    });
    health.set('service', { ready: true, detail: 'started' });
    await stopAsked;
  } catch (error) {
    if (!stop.signal.aborted) {
      log.fatal({ err: error }, 'service failed to start');
      code = EXIT.failed;
      stop.abort();
    }
  }

  const limit = setTimeout(() => {
    log.error({ limitMs: STOP_LIMIT_MS }, 'service did not stop in time');
    process.exit(EXIT.unusable);
  }, STOP_LIMIT_MS);
  health.set('service', { ready: false, detail: 'stopping' });
  try {
    await resources.disposeAsync();
    log.info('service stopped');
  } catch (error) {
    log.error({ err: error }, 'service did not stop cleanly');
    code = EXIT.failed;
  }
  clearTimeout(limit);
  process.exit(code);
}

function parseOrExit<C extends ServiceConfig>(service: Service<C>): Readonly<C> {
  try {
    return service.config.parse(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${service.name} cannot start with this environment:\n`);
    for (const problem of error.problems) process.stderr.write(`  ${problem}\n`);
    process.exit(EXIT.unusable);
  }
}

/** Resolves at the first signal; the second one exits. */
function onSignal(log: Log, stop: AbortController): Promise<void> {
  return new Promise((resolve) => {
    const handle = (signal: NodeJS.Signals) => {
      if (stop.signal.aborted) {
        log.warn({ signal }, 'service stopped at once by a second signal');
        process.exit(EXIT.unusable);
      }
      log.info({ signal }, 'service stopping');
      stop.abort(new Error(`received ${signal}`));
      resolve();
    };
    process.on('SIGTERM', handle);
    process.on('SIGINT', handle);
  });
}

function exitOnUnhandled(log: Log): void {
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(EXIT.failed);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(EXIT.failed);
  });
}

async function watchHealth(health: Health, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await health.report();
    await clock.sleep(HEALTH_EVERY_MS, signal).catch(() => undefined);
  }
}
