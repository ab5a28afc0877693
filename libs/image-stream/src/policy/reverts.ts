import type { Annotations } from './annotations.ts';
import { REVERTED_ANNOTATION } from './annotations.ts';

/** That somebody takes back, again and again, what a trigger writes into the image of a container. */
export interface Revert {
  /** The image that was written last. */
  readonly image: string;
  /** Field manager of whoever took it back. */
  readonly by: string;
  /** How often in a row. */
  readonly count: number;
  /** When it was written again after that, ISO 8601. */
  readonly at: string;
}

/** Kept in an annotation of the object itself, by container: so it is the same for every replica, and survives them. */
export type Reverts = ReadonlyMap<string, Revert>;

/** Who wrote what a field holds now. */
export interface FieldOwner {
  readonly manager: string;
  /** Undefined when it is not known. */
  readonly at?: string | undefined;
}

/** An image that was taken back is written again at once so often: people correct themselves, and so do deployments. */
const TOLERATED = 2;

/** The first wait, doubled with each further revert. */
const FIRST_WAIT_MS = 60_000;

/** Each write restarts the pods and so does each revert: once an hour is bearable until somebody reads the event. */
const LONGEST_WAIT_MS = 60 * 60_000;

/**
 * An image that stood for so long was not taken back by a controller that watches or compares regularly: the next revert is the first one
 * again. GitOps tools compare every 3 to 10 minutes, and some once an hour.
 */
const FIGHT_OVER_MS = 70 * 60_000;

const NONE: Reverts = new Map();

/** Reads the annotation that {@link printReverts} wrote. One that was changed beyond reading counts as none: at worst a wait is shorter. */
export function parseReverts(annotations: Annotations): Reverts {
  const text = annotations?.[REVERTED_ANNOTATION];
  if (text === undefined) return NONE;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return NONE;
    return new Map(Object.entries(value).filter((entry): entry is [string, Revert] => isRevert(entry[1])));
  } catch {
    return NONE;
  }
}

/** The value of the annotation; undefined when there is nothing to keep. */
export function printReverts(reverts: Reverts): string | undefined {
  return reverts.size === 0 ? undefined : JSON.stringify(Object.fromEntries(reverts));
}

/** What is about to be written into a container whose image somebody else has written since. */
export interface RevertedWrite {
  /** What is known of former reverts. */
  readonly before: Revert | undefined;
  readonly image: string;
  readonly owner: FieldOwner;
  readonly nowMs: number;
}

/** Whether an image that was taken back may be written again. */
export type RevertVerdict =
  /** Write it together with this record. */
  | { readonly kind: 'write'; readonly revert: Revert; readonly isFight: boolean }
  /** Not before this time; milliseconds since the epoch. */
  | { readonly kind: 'wait'; readonly notBeforeMs: number; readonly count: number };

/** Judges one revert: the first ones are answered at once, later ones after waits that grow. */
export function judgeRevert({ before, image, owner, nowMs }: RevertedWrite): RevertVerdict {
  const writtenMs = before ? Date.parse(before.at) : nowMs;
  const revertedMs = owner.at === undefined ? writtenMs : Date.parse(owner.at);
  const count = before && revertedMs - writtenMs <= FIGHT_OVER_MS ? before.count + 1 : 1;
  const isFight = count > TOLERATED;
  const waitMs = isFight ? Math.min(FIRST_WAIT_MS * 2 ** (count - TOLERATED - 1), LONGEST_WAIT_MS) : 0;
  const notBeforeMs = revertedMs + waitMs;
  if (isFight && nowMs < notBeforeMs) return { kind: 'wait', notBeforeMs, count };
  return { kind: 'write', isFight, revert: { image, by: owner.manager, count, at: new Date(nowMs).toISOString() } };
}

/**
 * What is kept of a record whose image still stands when it is replaced by a newer one; undefined when the fight is over.
 * @param image the newer one
 */
export function keptRevert(revert: Revert, image: string, nowMs: number): Revert | undefined {
  return nowMs - Date.parse(revert.at) > FIGHT_OVER_MS ? undefined : { ...revert, image };
}

function isRevert(value: unknown): boolean {
  const { image, by, count, at } = Object(value) as Record<string, unknown>; // any value has readable members
  return (
    typeof image === 'string' &&
    typeof by === 'string' &&
    Number.isSafeInteger(count) &&
    Number(count) > 0 &&
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at))
  );
}
