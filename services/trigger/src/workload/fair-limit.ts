/** Runs tasks under one limit that lanes share fairly. */
export type FairLimit = <T>(lane: string, task: () => Promise<T>) => Promise<T>;

/**
 * At most `concurrency` tasks run at once. What waits, waits in the lane it came in, and lanes take turns: the one task of a quiet
 * lane comes next after as many tasks as there are other lanes, however long a busy lane's queue is. Within a lane the first comes
 * first. How much waits is bounded by the callers.
 */
export function createFairLimit(concurrency: number): FairLimit {
  /** Lanes in which something waits, the one whose turn is next first. */
  const lanes = new Map<string, (() => Promise<void>)[]>();
  let running = 0;

  function startNext(): void {
    while (running < concurrency) {
      const [turn] = lanes;
      if (turn === undefined) return;
      const [lane, waiting] = turn;
      const start = waiting.shift();
      lanes.delete(lane);
      if (waiting.length > 0) lanes.set(lane, waiting); // behind all others
      if (start === undefined) continue;
      running += 1;
      void start().finally(() => {
        running -= 1;
        startNext();
      });
    }
  }

  return (lane, task) => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof task>>>();
    const waiting = lanes.get(lane) ?? [];
    waiting.push(async () => {
      try {
        resolve(await task());
      } catch (error) {
        reject(error);
      }
    });
    lanes.set(lane, waiting);
    startNext();
    return promise;
  };
}
