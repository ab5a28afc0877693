import { setTimeout as sleep } from 'node:timers/promises';
import { ServersError } from './servers-error.ts';

/** Short against any start, long against the cost of one probe. */
const PROBE_INTERVAL_MS = 50;

/**
 * Waits until `probe` gives something other than `undefined`, and returns that. An error of the probe means "not yet":
 * a server that is starting refuses connections, closes them, or answers with errors.
 *
 * @throws ServersError `timeout`, whose cause is the last error of the probe.
 */
export async function waitUntil<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined>,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      const last = cause instanceof Error ? ` Last answer: ${cause.message}` : '';
      throw new ServersError('timeout', `${what} did not happen within ${timeoutMs / 1000} s.${last}`, { cause });
    }
    await sleep(PROBE_INTERVAL_MS, undefined, signal ? { signal } : {});
  }
}
