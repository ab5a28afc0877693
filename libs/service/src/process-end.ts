import type { Log } from './log.ts';

/**
 * How a service process ends: stopped as asked; failed; or not configured, not stopped in time, or told twice to stop.
 */
export const EXIT = { stopped: 0, failed: 1, unusable: 2 } as const;

/** Everything must be stopped by then; compose kills after 10 s, Kubernetes after 30 s. */
const STOP_LIMIT_MS = 10_000;

/**
 * Makes SIGTERM and SIGINT abort the controller. From its abortion on, whatever the reason, the process has 10 s; a
 * second signal ends it at once.
 */
export function stopOnSignals(log: Log, stop: AbortController): void {
  const handle = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      log.warn({ signal }, 'service stopped at once by a signal');
      process.exit(EXIT.unusable);
    }
    log.info({ signal }, 'service stopping');
    stop.abort(new Error(`received ${signal}`));
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
  stop.signal.addEventListener('abort', () => {
    setTimeout(() => {
      log.error({ limitMs: STOP_LIMIT_MS }, 'service did not stop in time');
      process.exit(EXIT.unusable);
    }, STOP_LIMIT_MS);
  });
}

/** Ends the process when an error reaches nobody: the state it leaves behind is unknown. */
export function exitOnUnhandled(log: Log): void {
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(EXIT.failed);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(EXIT.failed);
  });
}
