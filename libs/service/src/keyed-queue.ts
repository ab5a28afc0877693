import { type Clock, systemClock } from './clock.ts';
import { backoffMs, isFinal, type RetryPolicy, retryAfterMs } from './retry.ts';

/** What a run may ask for: to be run again after some time. */
export interface RunResult {
  readonly againAfterMs: number;
}

/** Told about a failed run. */
export interface RunFailure {
  readonly key: string;
  readonly error: unknown;
  /** Failures of this key in a row. */
  readonly failures: number;
  readonly retryInMs: number;
}

/** Options of {@link keyedQueue}. */
export interface KeyedQueueOptions {
  /** Keys that run at the same time. */
  readonly concurrency: number;
  /** Brings the object behind the key to where it should be. The signal is aborted when the queue is disposed. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a run that asks for nothing simply returns
  readonly run: (key: string, signal: AbortSignal) => Promise<RunResult | undefined | void>;
  /** Waits after failures. There is no last attempt. */
  readonly retry: Omit<RetryPolicy, 'attempts'>;
  readonly clock?: Clock;
  /** A number in [0, 1). */
  readonly random?: () => number;
  readonly onError?: (failure: RunFailure) => void;
}

/**
 * The work queue of a controller. A key is in it at most once and never runs twice at the same time; a key that is added
 * while it runs is run again afterwards.
 */
export interface KeyedQueue extends AsyncDisposable {
  add(key: string): void;
  /**
   * Adds a key later. Of several times the earliest counts. A run cancels the times set before it, since it sees
   * everything they were set for.
   */
  addAfter(key: string, ms: number): void;
  /** Keys that wait or run now; those that are to be added later do not count. */
  readonly size: number;
  /** Resolves when no key waits or runs. */
  idle(): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly cancel: AbortController;
}

/** Given to timers that are no longer wanted: the signal makes an error with a stack of its own when it is given no reason. */
const CANCELLED = 'cancelled';

/** Starts an empty queue. */
export function keyedQueue(options: KeyedQueueOptions): KeyedQueue {
  const { clock = systemClock, random = Math.random } = options;
  const stop = new AbortController();
  /** Keys to run, in the order of their addition. */
  const waiting = new Set<string>();
  const running = new Set<string>();
  const timers = new Map<string, Timer>();
  const failures = new Map<string, number>();
  let idleWaiters: (() => void)[] = [];

  function add(key: string): void {
    if (stop.signal.aborted) return;
    waiting.add(key);
    startRuns();
  }

  function addAfter(key: string, ms: number): void {
    if (stop.signal.aborted) return;
    const at = clock.now() + ms;
    const earlier = timers.get(key);
    if (earlier && earlier.at <= at) return;
    earlier?.cancel.abort(CANCELLED);
    const timer = { at, cancel: new AbortController() };
    timers.set(key, timer);
    clock.sleep(ms, timer.cancel.signal).then(
      () => {
        if (timers.get(key) === timer) timers.delete(key);
        add(key);
      },
      () => undefined, // cancelled
    );
  }

  function startRuns(): void {
    for (const key of waiting) {
      if (running.size >= options.concurrency || stop.signal.aborted) break;
      if (running.has(key)) continue; // stays in line until its present run is over
      waiting.delete(key);
      running.add(key);
      void runOnce(key);
    }
  }

  async function runOnce(key: string): Promise<void> {
    timers.get(key)?.cancel.abort(CANCELLED);
    timers.delete(key);
    try {
      const result = await options.run(key, stop.signal);
      failures.delete(key);
      if (result) addAfter(key, result.againAfterMs);
    } catch (error) {
      if (!stop.signal.aborted) retryLater(key, error);
    } finally {
      running.delete(key);
      startRuns();
      if (size() === 0) tellIdle();
    }
  }

  function retryLater(key: string, error: unknown): void {
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    // What cannot succeed by itself is still looked at now and then: what it depends on may have changed unseen.
    const usual = isFinal(error) ? options.retry.maxMs : backoffMs(options.retry, count, random());
    const retryInMs = retryAfterMs(error) ?? usual;
    addAfter(key, retryInMs);
    options.onError?.({ key, error, failures: count, retryInMs });
  }

  function size(): number {
    return new Set([...waiting, ...running]).size;
  }

  function tellIdle(): void {
    const waiters = idleWaiters;
    idleWaiters = [];
    for (const tell of waiters) tell();
  }

  function idle(): Promise<void> {
    return size() === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve));
  }

  return {
    add,
    addAfter,
    idle,
    get size() {
      return size();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      waiting.clear();
      for (const timer of timers.values()) timer.cancel.abort(CANCELLED);
      timers.clear();
      await idle();
    },
  };
}
