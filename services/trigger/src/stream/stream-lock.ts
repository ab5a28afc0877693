/** Runs tasks one after the other per key and at once across keys. */
export type StreamLock = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** A lock that keeps this process from working on one stream twice at once; other processes are held off by preconditions. */
export function createStreamLock(): StreamLock {
  const last = new Map<string, Promise<unknown>>();
  return (key, task) => {
    const before = last.get(key) ?? Promise.resolve();
    const run = before.then(task, task);
    last.set(key, run);
    const forget = () => {
      if (last.get(key) === run) last.delete(key);
    };
    run.then(forget, forget);
    return run;
  };
}
