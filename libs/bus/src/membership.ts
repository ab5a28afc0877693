import type { Bucket, BucketChange } from './bucket.ts';
import type { Bus } from './bus.ts';
import { type BusClock, systemBusClock } from './clock.ts';

/** Options of {@link joinMembers}. */
export interface MembershipOptions {
  /** Whose replicas these are; one token of letters, digits, `-` and `_`. */
  readonly group: string;
  /** This process, unlike any other that is or was in the group; likewise one token. */
  readonly member: string;
  /** After this time without a sign of life a member is taken for dead. */
  readonly leaseMs: number;
  /** Told who is there, in the order of their names and this process included: once when that is known, then at each change. */
  readonly onChange: (members: readonly string[]) => void;
  /** Told when this process could not give a sign of life; it goes on trying. */
  readonly onTrouble?: (error: unknown) => void;
  readonly clock?: BusClock;
}

/** This process's membership in a group. Disposal tells the others that it leaves. */
export interface Membership extends AsyncDisposable {
  /** Who is there. */
  readonly members: readonly string[];
}

/** Bucket with one key for each member of each group. */
const BUCKET = 'members';

/** Signs of life in a lease: one or two may be late before a member is taken for dead. */
const BEATS_PER_LEASE = 4;

/** A dead member's key disappears after so many leases. */
const KEPT_LEASES = 2;

/** How long a newcomer waits at most for those whose keys it found; they answer its own key at once. */
const ROLL_CALL_MS = 1_000;

/**
 * Joins a group of replicas and follows who else is in it. Each member writes its key a few times in a lease; one whose key
 * was not written for that many writes of this process's own is dead. So ages are counted in own signs of life that
 * succeeded: clocks of different machines are never compared, and while NATS is away nobody seems to die. Members answer the
 * key of a newcomer with a sign of life of their own, so that it knows soon which of the keys it found belong to the dead.
 *
 * Membership is a view, not a lock: for a moment two processes may both believe, or both not believe, in a third.
 *
 * @returns once the members that were there before are known.
 * @throws BusError when the bucket cannot be opened or written.
 */
export async function joinMembers(bus: Pick<Bus, 'bucket'>, options: MembershipOptions): Promise<Membership> {
  const { group, member, leaseMs, clock = systemBusClock } = options;
  const bucket = await bus.bucket(BUCKET, { ttlMs: leaseMs * KEPT_LEASES });
  const key = `${group}.${member}`;
  const stop = new AbortController();
  const current = Promise.withResolvers<void>();
  /** The others, with how often this process has given a sign of life since theirs. */
  const others = new Map<string, number>();
  let isCurrent = false;
  let isJoined = false;
  let members: readonly string[] = [member];

  function refresh(): void {
    if (!isJoined || stop.signal.aborted) return;
    const now = [member, ...others.keys()].sort();
    if (now.join() === members.join()) return;
    members = now;
    options.onChange(members);
  }

  function take(change: BucketChange): void {
    if (change.kind === 'current') {
      isCurrent = true;
      current.resolve();
      return;
    }
    const name = change.key.slice(group.length + 1);
    if (name === member) return;
    if (change.kind === 'delete') others.delete(name);
    else if (isCurrent) {
      if (!others.has(name)) bucket.put(key, { answerTo: name }).catch(() => undefined); // else it waits for the next one
      others.set(name, 0);
    } else others.set(name, BEATS_PER_LEASE - 1); // dead unless it answers before this process's next sign of life
    refresh();
  }

  function age(): void {
    for (const [name, beats] of others) {
      if (beats + 1 >= BEATS_PER_LEASE) others.delete(name);
      else others.set(name, beats + 1);
    }
    refresh();
  }

  async function live(): Promise<void> {
    const everyMs = leaseMs / BEATS_PER_LEASE;
    for (let beat = 1; !stop.signal.aborted; beat++) {
      await clock.sleep(beat === 1 ? Math.min(everyMs, ROLL_CALL_MS) : everyMs, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) return;
      try {
        await bucket.put(key, { beat });
        age();
      } catch (error) {
        // What cannot reach the server cannot judge others either: their time starts anew.
        for (const name of others.keys()) others.set(name, 0);
        options.onTrouble?.(error);
      }
    }
  }

  const watch = bucket.watch({ key: `${group}.*`, onChange: take });
  await Promise.race([current.promise, watch.closed]);
  await bucket.put(key, { beat: 0 }); // not before the answers can be heard
  isJoined = true;
  members = [];
  refresh();
  const living = live();
  return {
    get members() {
      return members;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await living;
      await watch[Symbol.asyncDispose]();
      await leave(bucket, key);
    },
  };
}

/** Without NATS the lease runs out instead. */
async function leave(bucket: Bucket, key: string): Promise<void> {
  await bucket.delete(key).catch(() => undefined);
}
