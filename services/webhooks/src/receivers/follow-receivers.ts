import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Log } from '@tagstream/service';
import { type LoadedReceivers, type LoadOptions, loadReceivers } from './load-receivers.ts';
import type { Receivers } from './receiver.ts';

/** Whether the receivers in force are those of the file. */
export interface ReceiversState {
  readonly current: boolean;
  /** One line for an operator. */
  readonly detail: string;
}

/** The receivers of a file that may change at any time. */
export interface FollowedReceivers extends Receivers, AsyncDisposable {
  readonly state: () => ReceiversState;
}

export interface FollowOptions extends LoadOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Told about each change that was taken up or refused. */
  readonly onReload?: (result: 'taken' | 'refused') => void;
}

/** A change comes as several notifications: a file is emptied and written, a link is removed and made. */
const SETTLE_MS = 100;

/** Without a notification: some file systems send none, and a machine has only so many watches. */
const LOOK_EVERY_MS = 10_000;

/**
 * Loads the receivers and follows their file, and the files of their secrets. Kubernetes mounts a ConfigMap or a Secret as
 * links through a directory `..data` that is exchanged as a whole: so it is directories that are watched. What cannot be
 * loaded changes nothing: the receivers that were there stay in force, and {@link FollowedReceivers.state} says so.
 * @throws ReceiversError when there is nothing to begin with.
 */
export async function followReceivers(options: FollowOptions): Promise<FollowedReceivers> {
  const { clock, log, path, onReload } = options;
  const stop = new AbortController();
  const watchers = new Map<string, FSWatcher>();
  let loaded: LoadedReceivers = await loadReceivers(options);
  let problem: string | undefined;
  let wake = Promise.withResolvers<void>();

  async function reload(): Promise<void> {
    try {
      const next = await loadReceivers(options);
      if (next.fingerprint === loaded.fingerprint && problem === undefined) return;
      loaded = next;
      problem = undefined;
      log.info({ receivers: next.count }, 'receivers taken up');
      onReload?.('taken');
    } catch (error) {
      const message = (error as Error).message;
      if (message === problem) return; // told already
      problem = message;
      log.error(
        { problem, receivers: loaded.count },
        'receivers file refused, the receivers from before stay in force',
      );
      onReload?.('refused');
    }
  }

  function watchDirectories(): void {
    const wanted = new Set(loaded.files.map((file) => dirname(file)));
    for (const [directory, watcher] of watchers) {
      if (wanted.has(directory)) continue;
      watcher.close();
      watchers.delete(directory);
    }
    for (const directory of wanted) {
      if (watchers.has(directory)) continue;
      try {
        const watcher = watch(directory, { persistent: false }, () => wake.resolve());
        watcher.on('error', () => {
          watcher.close();
          watchers.delete(directory);
        });
        watchers.set(directory, watcher);
      } catch (error) {
        log.debug({ err: error, directory }, 'directory cannot be watched');
      }
    }
  }

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      watchDirectories();
      const rest = new AbortController();
      const slept = clock.sleep(LOOK_EVERY_MS, AbortSignal.any([rest.signal, stop.signal])).catch(() => undefined);
      await Promise.race([wake.promise, slept]);
      rest.abort();
      await clock.sleep(SETTLE_MS, stop.signal).catch(() => undefined);
      wake = Promise.withResolvers<void>();
      if (!stop.signal.aborted) await reload();
    }
  }

  log.info({ receivers: loaded.count }, 'receivers loaded');
  const following = follow();
  return {
    get: (name) => loaded.get(name),
    state: () =>
      problem === undefined
        ? { current: true, detail: `${loaded.count} receivers` }
        : { current: false, detail: `${loaded.count} receivers from before; ${path} was refused: ${problem}` },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      wake.resolve();
      await following;
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
