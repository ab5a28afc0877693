import type { Cause, Poll } from './memory.ts';

/** Somebody wants a target looked at now. */
export interface Look {
  readonly cause: Extract<Cause, 'webhook' | 'request' | 'schedule'>;
  /** The push that it is about. */
  readonly hint?: NonNullable<Poll['hint']>;
}

/** What the look found. */
export type LookResult =
  /** The registry answered. `digest` is what the tag points to, null for a definite no. */
  | { readonly kind: 'answered'; readonly digest: string | null }
  /** No answer, and there may be one later. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The registry is not to be asked before then. */
  | { readonly kind: 'paused'; readonly untilMs: number }
  /** What is to be looked at is not there yet, and soon will be. */
  | { readonly kind: 'not-yet'; readonly afterMs: number; readonly reason: string }
  /** Too many wait for this registry already. */
  | { readonly kind: 'busy' };
