import type { Clock } from '@tagstream/service';
import { mergedId, tagKey } from './merge-hints.ts';
import type { Push, PushPublisher, Stored } from './push-publisher.ts';

/**
 * How long after a hint further ones for the same tag are held back to become one. A sender waits that long for its answer;
 * distribution, which sends one notification after the other, gives up after 1 s unless told otherwise.
 */
const WINDOW_MS = 500;

/** Tags that are remembered at a time; more are let through unmerged. Enough for 40,000 pushes of different tags a second. */
const MAX_BURSTS = 20_000;

export interface MergeOptions {
  readonly publisher: PushPublisher;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** A hint was merged into another. */
  readonly onMerged?: (push: Push) => void;
}

/** What happened to one tag lately. */
interface Burst {
  /** Hint that went out first, and when its window ends. */
  readonly leadId: string;
  readonly lead: Promise<Stored>;
  readonly endsAtMs: number;
  /** What came since then and goes out at the end of the window. */
  followers: Followers | undefined;
}

interface Followers {
  last: Push;
  readonly ids: Set<string>;
  readonly stored: Promise<Stored>;
}

/**
 * Merges bursts of hints for one tag: the first goes out at once, so that nothing gets slower; those that follow within the
 * window become one, which goes out at its end, so that the last push is always looked at after it happened. Everybody's
 * answer waits until the hint that stands for theirs is stored. Replicas merge each for itself.
 */
export function mergeBursts({ publisher, clock, onMerged }: MergeOptions): PushPublisher {
  const bursts = new Map<string, Burst>(); // in the order of their ends

  function forgetEnded(now: number): void {
    for (const [key, burst] of bursts) {
      if (burst.endsAtMs > now) return;
      if (burst.followers === undefined) bursts.delete(key);
    }
  }

  function lead(key: string, push: Push, stored: Promise<Stored>): Promise<Stored> {
    const burst: Burst = {
      leadId: push.deliveryId,
      lead: stored,
      endsAtMs: clock.now() + WINDOW_MS,
      followers: undefined,
    };
    bursts.delete(key);
    bursts.set(key, burst);
    // What was not stored must not hold anything back: the next one is the first again.
    return stored.catch((error) => {
      if (bursts.get(key) === burst && burst.followers === undefined) bursts.delete(key);
      throw error;
    });
  }

  async function publishFollowers(key: string, burst: Burst, timeoutMs: number): Promise<Stored> {
    await clock.sleep(Math.max(0, burst.endsAtMs - clock.now()));
    const { followers } = burst;
    if (followers === undefined) throw new Error('a burst ends with those that followed');
    const push = { ...followers.last, deliveryId: mergedId(followers.ids) };
    return lead(key, push, publisher.publish(push, timeoutMs));
  }

  function follow(key: string, push: Push, burst: Burst, timeoutMs: number): Promise<Stored> {
    onMerged?.(push);
    if (burst.followers === undefined) {
      // The assignment below comes before anything in there that looks at it: it begins with a wait.
      const stored = publishFollowers(key, burst, timeoutMs);
      burst.followers = { last: push, ids: new Set([push.deliveryId]), stored };
      return stored;
    }
    burst.followers.last = push;
    burst.followers.ids.add(push.deliveryId);
    return burst.followers.stored;
  }

  return {
    publish: (push, timeoutMs) => {
      const key = tagKey(push);
      forgetEnded(clock.now());
      const burst = bursts.get(key);
      if (burst !== undefined) {
        // The same delivery once more: it is stored when the first is.
        if (burst.leadId === push.deliveryId) return burst.lead.then(() => 'duplicate');
        return follow(key, push, burst, timeoutMs);
      }
      const stored = publisher.publish(push, timeoutMs);
      return bursts.size < MAX_BURSTS ? lead(key, push, stored) : stored;
    },
  };
}
