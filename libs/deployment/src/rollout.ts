import type { Members } from './balance.ts';
import type { Member } from './member.ts';
import type { StrategyParams } from './strategy-params.ts';

/** A rollout under way, as far as a strategy is concerned. */
export interface Rollout extends Members {
  /** `namespace/name` of the new ReplicationController, for messages. */
  readonly title: string;
  /** Replicas to reach, fixed when the rollout was asked for. */
  readonly desired: number;
  readonly params: StrategyParams;
  /** Whether the hook in the middle is still to come. */
  readonly midDue: boolean;
  /** When the phase Running was entered, or the last hook ended, in milliseconds. */
  readonly startedMs: number;
  readonly nowMs: number;
  /** Pods of a ReplicationController that have not ended, by its name, where they have been counted. */
  readonly runningPods: ReadonlyMap<string, number>;
}

/** What a strategy wants next. */
export type StrategyStep =
  | { readonly kind: 'scale'; readonly member: Member; readonly replicas: number }
  | { readonly kind: 'mid-hook' }
  | { readonly kind: 'count-pods'; readonly member: Member }
  | { readonly kind: 'wait'; readonly reason: string; readonly againAfterMs: number }
  | { readonly kind: 'complete' }
  | { readonly kind: 'fail'; readonly reason: string };
