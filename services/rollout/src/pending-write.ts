import type { KubeObject } from '@tagstream/api-types';
import { isNewer } from '@tagstream/kube';
import type { Performed } from './perform.ts';

/** How long our own write may take to come back on the watch before it is not waited for any more. */
const MAX_WAIT_MS = 5000;

interface Pending extends Omit<Extract<Performed, { kind: 'done' }>, 'kind'> {
  readonly untilMs: number;
}

/**
 * Remembers the last write for each DeploymentConfig until the watch has shown it. Acting on a view without it would be
 * harmless, since the next write would conflict, but it would be one request for nothing.
 */
export class PendingWrites {
  readonly #pending = new Map<string, Pending>();

  set(key: string, { object, shows }: Extract<Performed, { kind: 'done' }>, nowMs: number): void {
    if (shows !== 'nothing') this.#pending.set(key, { object, shows, untilMs: nowMs + MAX_WAIT_MS });
  }

  /** The DeploymentConfig is gone: nothing is waited for any more. */
  forget(key: string): void {
    this.#pending.delete(key);
  }

  /**
   * How long at most to wait until the last write is in view, in milliseconds; 0 when it is, or is not waited for any more.
   * @param find the object as it is in view now
   */
  waitMs(key: string, find: (object: KubeObject) => KubeObject | undefined, nowMs: number): number {
    const pending = this.#pending.get(key);
    if (pending === undefined) return 0;
    const left = Math.min(pending.untilMs - nowMs, MAX_WAIT_MS);
    if (left > 0 && !isShown(pending, find(pending.object))) return left;
    this.#pending.delete(key);
    return 0;
  }
}

function isShown({ object, shows }: Pending, seen: KubeObject | undefined): boolean {
  const written = object.metadata;
  const isSame = seen?.metadata.uid === written.uid;
  if (shows === 'gone') return !isSame;
  if (shows === 'leaving') return !isSame || seen?.metadata.deletionTimestamp !== undefined;
  if (seen === undefined) return false;
  // A namesake means that what was written to is gone: nothing more comes of it.
  return !isSame || !isNewer(written.resourceVersion ?? '', seen.metadata.resourceVersion ?? '');
}
