/**
 * Makes reads of one thing share their answer without ever giving an answer that is older than the question: a caller
 * joins a read that has not started yet, never one that is under way. However many callers ask, at most one read per key is
 * running and one is waiting.
 */
export function sharedRead<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, Promise<T>>();

  return (key) => {
    const joined = waiting.get(key);
    if (joined !== undefined) return joined;
    const before = running.get(key) ?? Promise.resolve();
    const next = before
      .catch(() => undefined) // its failure is its own callers' matter
      .then(() => {
        waiting.delete(key);
        const started = read(key);
        running.set(key, started);
        return started.finally(() => {
          if (running.get(key) === started) running.delete(key);
        });
      });
    waiting.set(key, next);
    return next;
  };
}
