import type { Build } from '@tagstream/api-types';
import { isTerminal, ownAnnotations, phaseOf, runnerOf } from '@tagstream/build';

/** Name of this runner in claims: `builder/<instance>`. */
export const RUNNER = 'builder';

/** Instances of this form are Jobs: `builder/job:<name>`. */
const JOB_INSTANCE = 'job:';

/** Annotation of a Build: how often this runner has begun to run it. */
export const ATTEMPT = 'build.tagstream.io/attempt';

/** A build that ended its runner so often, by using up its memory for example, would do it again. */
export const MAX_ATTEMPTS = 3;

/** What a runner does about a Build that it was told of. */
export type ClaimDecision =
  | { readonly kind: 'run'; readonly attempt: number }
  /** Nothing is to be done, now or later. */
  | { readonly kind: 'ignore'; readonly why: string }
  /** Somebody who is alive has it: look again. */
  | { readonly kind: 'wait'; readonly why: string }
  /** Its end is asked for, and nobody runs it. */
  | { readonly kind: 'cancel' }
  /** It took its runners with it. */
  | { readonly kind: 'give-up' };

/** Who asks. */
export interface Claimant {
  /** Of this process, `<runner>/<instance>`. */
  readonly runner: string;
  readonly isAlive: (instance: string) => boolean;
}

/** The claim that a Job has. */
export function jobClaim(job: string): string {
  return `${RUNNER}/${JOB_INSTANCE}${job}`;
}

/** The Job that has a Build, if one has. */
export function jobOf(build: Pick<Build, 'metadata'>): string | undefined {
  const prefix = jobClaim('');
  const runner = runnerOf(build);
  return runner?.startsWith(prefix) ? runner.slice(prefix.length) : undefined;
}

/** How often this runner has begun to run a Build. */
export function attemptOf({ metadata }: Pick<Build, 'metadata'>): number {
  const text = metadata.annotations?.[ATTEMPT] ?? '';
  return /^\d{1,3}$/.test(text) ? Number(text) : 0;
}

/**
 * What to do about a Build. Only one whose turn has come is run; one that somebody runs who is alive is left alone, and one
 * whose runner is dead is begun anew.
 */
export function decideClaim(build: Build, { runner, isAlive }: Claimant): ClaimDecision {
  const phase = phaseOf(build);
  if (isTerminal(phase)) return { kind: 'ignore', why: `it is ${phase}` };
  if (phase === 'New') return { kind: 'ignore', why: 'its turn has not come' };
  if (build.metadata.deletionTimestamp) return { kind: 'ignore', why: 'it is being deleted' };
  const type = build.spec.strategy.type || (build.spec.strategy.sourceStrategy ? 'Source' : 'Docker');
  if (type !== 'Docker' && type !== 'Source') return { kind: 'ignore', why: `its strategy is ${type}` };
  const holder = runnerOf(build) ?? '';
  if (holder !== '' && !holder.startsWith(`${RUNNER}/`)) return { kind: 'ignore', why: `${holder} runs it` };
  if (jobOf(build) !== undefined) return { kind: 'ignore', why: `${holder} runs it` };
  if (holder !== '' && holder !== runner && isAlive(holder.slice(RUNNER.length + 1))) {
    return { kind: 'wait', why: `${holder} runs it` };
  }
  if (build.status?.cancelled) return { kind: 'cancel' };
  const attempt = attemptOf(build) + 1;
  return attempt > MAX_ATTEMPTS ? { kind: 'give-up' } : { kind: 'run', attempt };
}

/** The annotations of a claim; null takes one away. */
export function claimMarks(claim: {
  readonly runner: string | null;
  readonly log?: string;
  readonly attempt: number;
}): Record<string, string | null> {
  return {
    [ownAnnotations.runner]: claim.runner,
    [ATTEMPT]: String(claim.attempt),
    ...(claim.log !== undefined && { [ownAnnotations.log]: claim.log }),
  };
}
