import { HOLD_ANNOTATION, MINIMUM_AGE_ANNOTATION, UPDATE_WINDOW_ANNOTATION } from './annotations.ts';
import type { UpdatePolicy } from './update-policy.ts';
import { openFrom } from './update-window.ts';

/** The newest item of a tag, as `resolveTag` returns it. */
export interface UpdateCandidate {
  /** Digest; empty for a tag that is only a reference. */
  readonly image: string;
  /** When the ImageStream recorded it, ISO 8601. */
  readonly created: string;
}

/** Whether an image may be written. */
export type UpdateVerdict =
  | { readonly kind: 'now' }
  | {
      readonly kind: 'wait';
      readonly reason: 'hold' | 'minimum-age' | 'update-window';
      /** The first instant at which this image may be written; milliseconds since the epoch. */
      readonly notBeforeMs: number;
      /** A sentence for people. The same for as long as the wait is the same one. */
      readonly message: string;
    };

/**
 * Whether the newest image of a tag may be written now, and if not, from when on. It depends on nothing but what is written in the
 * objects and the time, so that whoever asks, whenever, gets the same answer. An image that a newer one replaces meanwhile is never
 * written: the wait is that of the newer one then.
 */
export function mayUpdate(policy: UpdatePolicy, candidate: UpdateCandidate, nowMs: number): UpdateVerdict {
  const { hold, minimumAge, window } = policy;
  let verdict: UpdateVerdict = { kind: 'now' };
  let fromMs = nowMs;

  if (hold && hold.image === candidate.image && hold.untilMs > fromMs) {
    fromMs = hold.untilMs;
    const message = `${candidate.image} is held until ${iso(fromMs)} or until there is a newer one (${HOLD_ANNOTATION})`;
    verdict = { kind: 'wait', reason: 'hold', notBeforeMs: fromMs, message };
  }
  const oldEnoughMs = Date.parse(candidate.created) + (minimumAge?.ms ?? 0);
  if (minimumAge && oldEnoughMs > fromMs) {
    fromMs = oldEnoughMs;
    const message = `${candidate.image} is ${minimumAge.text} old at ${iso(fromMs)} (${MINIMUM_AGE_ANNOTATION})`;
    verdict = { kind: 'wait', reason: 'minimum-age', notBeforeMs: fromMs, message };
  }
  const opensMs = window ? openFrom(window, fromMs) : fromMs;
  if (window && opensMs > fromMs) {
    const message = `the window "${window.text}" opens at ${iso(opensMs)} (${UPDATE_WINDOW_ANNOTATION})`;
    verdict = { kind: 'wait', reason: 'update-window', notBeforeMs: opensMs, message };
  }
  return verdict;
}

const iso = (ms: number): string => new Date(ms).toISOString();
