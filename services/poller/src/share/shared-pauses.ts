import type { Bucket, BucketEntry, Bus } from '@tagstream/bus';
import type { Clock } from '@tagstream/service';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MAX_PAUSE_MS } from './rate-limit-pause.ts';

/** What replicas tell each other of a registry that wants to be left alone. */
const Pause = Compile(Type.Object({ untilMs: Type.Number(), pauseMs: Type.Number({ minimum: 0 }) }));

/** The pauses of registries, for all replicas together. */
export interface SharedPauses {
  /** Tells the other replicas; when that fails they find out by themselves. */
  announce(registry: string, pauseMs: number): void;
  /**
   * Calls back for each pause that holds, this replica's own included. Resolves once those that hold already have been told;
   * disposal ends it.
   */
  follow(onPause: (registry: string, untilMs: number) => void): Promise<AsyncDisposable>;
}

/**
 * Opens the bucket with one key for each registry that wants to be left alone. A pause that arrives counts from its arrival,
 * so that no clocks are compared; only one that was there before this process was ends at the time that is written in it,
 * and lasts no longer than it was meant to.
 * @param onTrouble told when a pause could not be announced.
 */
export async function sharePauses(
  bus: Pick<Bus, 'bucket'>,
  clock: Clock,
  onTrouble: (error: unknown) => void,
): Promise<SharedPauses> {
  const bucket: Bucket = await bus.bucket('pauses', { ttlMs: MAX_PAUSE_MS });
  return {
    announce(registry, pauseMs) {
      const value = { untilMs: clock.now() + pauseMs, pauseMs };
      bucket.put(keyOf(registry), value).catch(onTrouble);
    },
    async follow(onPause) {
      const current = Promise.withResolvers<void>();
      let isCurrent = false;
      const take = ({ key, value }: BucketEntry) => {
        if (!Pause.Check(value)) return;
        const now = clock.now();
        const leftMs = isCurrent ? value.pauseMs : Math.min(value.pauseMs, value.untilMs - now);
        if (leftMs > 0) onPause(registryOf(key), now + Math.min(leftMs, MAX_PAUSE_MS));
      };
      const watch = bucket.watch({
        onChange(change) {
          if (change.kind === 'put') take(change);
          if (change.kind !== 'current') return;
          isCurrent = true;
          current.resolve();
        },
      });
      await Promise.race([current.promise, watch.closed]);
      return watch;
    },
  };
}

/** A key of the bucket: what is no letter, digit, dot or dash is written `=3A`. */
function keyOf(registry: string): string {
  return registry.replace(/[^A-Za-z0-9.-]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function registryOf(key: string): string {
  return key.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
