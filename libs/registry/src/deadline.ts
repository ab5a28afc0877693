/** A time limit, together with whatever else may end a call. Disposal gives up its timer. */
export interface Deadline extends Disposable {
  /** Aborted when the time is over, and with the other signal for the reason of that. */
  readonly signal: AbortSignal;
  /** The time was over first. */
  readonly expired: boolean;
}

/**
 * Starts a time limit. `AbortSignal.timeout` and `AbortSignal.any` would do the same, but live until the time is over: a minute's
 * worth of requests would stay in memory with all that belongs to them.
 */
export function startDeadline(ms: number, other?: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  }, ms);
  timer.unref();
  const follow = () => controller.abort(other?.reason);
  if (other?.aborted) follow();
  else other?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      other?.removeEventListener('abort', follow);
    },
  };
}
