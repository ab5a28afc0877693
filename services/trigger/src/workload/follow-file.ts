import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@tagstream/service';

/**
 * How long a change goes unnoticed. It is looked for rather than told: a mounted ConfigMap is exchanged by moving symbolic links,
 * which notifications of the file system tell differently everywhere, and Kubernetes takes a minute to bring it anyway.
 */
const LOOK_EVERY_MS = 5000;

export interface FollowFileOptions<V> {
  /** Reads what the file says now. */
  readonly read: () => Promise<V>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
  readonly onChange: (now: V) => void;
  /** Told what is wrong with the file, and undefined when it is right again. What was read before counts on. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** Reads a file now and again and again until the signal is aborted; returns after the first reading. */
export async function followFile<V>({ read, clock, signal, onChange, onProblem }: FollowFileOptions<V>): Promise<void> {
  let last: V | undefined;
  let problem: string | undefined;

  async function look(): Promise<void> {
    const before = problem;
    try {
      const now = await read();
      problem = undefined;
      if (!isDeepStrictEqual(now, last)) onChange(now);
      last = now;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (problem !== before) onProblem(problem);
  }

  await look();
  void (async () => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      if (!signal.aborted) await look();
    }
  })();
}
