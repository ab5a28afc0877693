import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@tagstream/service';

/** How long a change of a mounted file goes unnoticed. Kubernetes takes a minute to bring it, so this adds little. */
const LOOK_EVERY_MS = 5_000;

export interface FollowOptions<V> {
  /** Reads what is followed now. May throw: what was read before then counts on. */
  readonly read: () => Promise<V>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onChange: (now: V) => void;
  /** Told when reading fails; once until it works again or fails otherwise. */
  readonly onProblem: (error: Error) => void;
}

/**
 * Reads something from files now and whenever it has changed, by looking every few seconds: mounted ConfigMaps and Secrets
 * are replaced by moving symbolic links, which notifications of the file system tell differently everywhere.
 * @throws what the first reading throws.
 */
export async function followFiles<V>(options: FollowOptions<V>): Promise<void> {
  const { read, clock, signal } = options;
  let last = await read();
  options.onChange(last);
  let problem: string | undefined;

  async function look(): Promise<void> {
    try {
      const now = await read();
      problem = undefined;
      if (isDeepStrictEqual(now, last)) return;
      last = now;
      options.onChange(now);
    } catch (error) {
      const { message } = error as Error;
      if (message !== problem) options.onProblem(error as Error);
      problem = message;
    }
  }

  void (async () => {
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      await look();
    }
  })().catch(() => {}); // ended by its signal
}
