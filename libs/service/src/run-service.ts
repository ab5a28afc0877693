import type { AdminPage, AdminPages } from './admin-page.ts';
import { startAdminServer } from './admin-server.ts';
import { type Clock, systemClock } from './clock.ts';
import type { ConfigDefinition } from './config.ts';
import { ConfigError } from './config-error.ts';
import { createHealth, type Health } from './health.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { EXIT, exitOnUnhandled, stopOnSignals } from './process-end.ts';

/** What every service is configured with, whatever else it needs. */
export interface ServiceConfig {
  readonly adminHost: string;
  readonly adminPort: number;
  readonly logLevel: string;
}

/** What a service gets to start with. */
export interface ServiceContext<C> {
  /** What the service is called in logs, in NATS and in the cluster: `poller`. */
  readonly name: string;
  readonly config: Readonly<C>;
  readonly log: Log;
  readonly clock: Clock;
  /** Aborted when the service is asked to stop: take on nothing new. What runs is given time by disposal. */
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Registers something to dispose of at the end, in reverse order, and returns it. */
  defer<T extends AsyncDisposable>(resource: T): T;
  /** Adds a page to the admin server: `/checks`. */
  page(path: string, answer: AdminPage): void;
  /** Tells that the service cannot go on: it is stopped in order and the process ends with 1. */
  fail(error: unknown): void;
}

/** A service: its name, its configuration and how it starts. */
export interface Service<C extends ServiceConfig> {
  readonly name: string;
  readonly version?: string;
  readonly config: ConfigDefinition<C>;
  /** Starts everything and returns; the service is ready from then on, as far as its health checks agree. */
  readonly start: (context: ServiceContext<C>) => Promise<void>;
}

/** How often readiness is looked at even when nobody probes, so that changes are logged. */
const HEALTH_EVERY_MS = 5000;

/**
 * Runs a service until SIGTERM or SIGINT and ends the process: with 0 after an ordered stop, 1 after a failure, 2 when
 * the environment does not make a configuration (told on standard error) or the stop took longer than 10 s. A second
 * signal ends it at once.
 */
export async function runService<C extends ServiceConfig>(service: Service<C>): Promise<never> {
  const config = parseOrExit(service);
  const log = createLog({ service: service.name, version: service.version, level: config.logLevel });
  const stop = new AbortController();
  const resources = new AsyncDisposableStack();
  let code: number = EXIT.stopped;
  const fail = (error: unknown) => {
    if (stop.signal.aborted) return; // it is being stopped already; what fails now fails because of that
    if (error instanceof ConfigError) {
      explain(service.name, error);
      code = EXIT.unusable;
    } else {
      log.fatal({ err: error }, 'service failed');
      code = EXIT.failed;
    }
    stop.abort(error);
  };
  exitOnUnhandled(log);
  stopOnSignals(log, stop);

  try {
    await startAndWait(service, config, { log, stop, resources, fail });
  } catch (error) {
    fail(error);
  }
  try {
    await resources.disposeAsync();
    log.info('service stopped');
  } catch (error) {
    log.error({ err: error }, 'service did not stop cleanly');
    code = EXIT.failed;
  }
  process.exit(code);
}

interface Run {
  readonly log: Log;
  readonly stop: AbortController;
  readonly resources: AsyncDisposableStack;
  readonly fail: (error: unknown) => void;
}

/** Starts the service and returns when it is to stop. */
async function startAndWait<C extends ServiceConfig>(
  service: Service<C>,
  config: Readonly<C>,
  run: Run,
): Promise<void> {
  const { log, resources, fail } = run;
  const { signal } = run.stop;
  const metrics = createMetrics();
  const health = createHealth({ log });
  let phase = 'starting';
  health.check('service', () => ({ ready: phase === 'started', detail: phase }));
  const stopping = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      phase = 'stopping';
      resolve();
    });
  });

  const pages: AdminPages = new Map();
  const page = (path: string, answer: AdminPage) => void pages.set(path, answer);
  const admin = await startAdminServer({ host: config.adminHost, port: config.adminPort, health, metrics, pages });
  resources.use(admin);
  log.info({ address: admin.address }, 'service starting');
  void watchHealth(health, signal);
  const defer = <T extends AsyncDisposable>(resource: T) => resources.use(resource);
  await service.start({
    name: service.name,
    config,
    log,
    clock: systemClock,
    signal,
    metrics,
    health,
    defer,
    page,
    fail,
  });
  if (signal.aborted) return;
  phase = 'started';
  log.info('service started');
  await stopping;
}

function parseOrExit<C extends ServiceConfig>(service: Service<C>): Readonly<C> {
  try {
    return service.config.parse(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    explain(service.name, error);
    process.exit(EXIT.unusable);
  }
}

async function watchHealth(health: Health, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await health.report();
    await systemClock.sleep(HEALTH_EVERY_MS, signal).catch(() => undefined);
  }
}

/** Tells an operator, in place of a log line, what to mend; also for problems that a service finds only when it starts. */
function explain(service: string, error: ConfigError): void {
  process.stderr.write(`${service} cannot start with this environment:\n`);
  for (const problem of error.problems) process.stderr.write(`  ${problem}\n`);
}
