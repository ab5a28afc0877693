/** A time limit joined with the caller's signal. Must be disposed of, or it stays registered with that signal. */
export interface Deadline extends Disposable {
  /** Aborted by either. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The time limit was what ended it. */
  readonly expired: boolean;
  /** Lifts the time limit; the caller's signal stays. */
  clear(): void;
}

/** Starts a deadline of `timeoutMs` from now. */
export function startDeadline(timeoutMs: number, callerSignal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new Error('deadline'));
  }, timeoutMs);
  const follow = () => controller.abort(callerSignal?.reason);
  if (callerSignal?.aborted) follow();
  else callerSignal?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    timeoutMs,
    get expired() {
      return expired;
    },
    clear: () => clearTimeout(timer),
    [Symbol.dispose]() {
      clearTimeout(timer);
      callerSignal?.removeEventListener('abort', follow);
    },
  };
}
