import type { Build, BuildCondition, BuildPhase, BuildStatus } from '@tagstream/api-types';
import { configNameOf } from './identity.ts';
import { canEnter, isTerminal, phaseOf } from './phase.ts';
import type { BuildReason } from './reasons.ts';
import { durationSummary, phaseSummary, sourceSummary } from './summary.ts';

/** A phase that a Build is to enter, or to be in with another reason. */
export interface PhaseChange {
  readonly phase: BuildPhase;
  readonly reason?: BuildReason | undefined;
  readonly message?: string | undefined;
  /** Digest of the image that was pushed, of phase Complete. */
  readonly digest?: string | undefined;
  /** The last lines of the log, of a phase that says what failed; see `logSnippet`. */
  readonly logSnippet?: string | undefined;
  /** Where the image goes. */
  readonly outputReference?: string | undefined;
}

/** Milliseconds to nanoseconds, in which OpenShift counts how long a build took. */
const NS_PER_MS = 1_000_000;

/**
 * The merge patch of a Build's status that enters a phase: conditions, times and all; undefined when a Build in its phase
 * cannot enter that one. OpenShift: one condition for each phase ever entered, the present one True; a Build that ends
 * without having run counts as started when it ended.
 */
export function phasePatch(build: Build, change: PhaseChange, now: Date): Record<string, unknown> | undefined {
  const { phase, digest, logSnippet, outputReference } = change;
  if (!canEnter(phaseOf(build), phase)) return undefined;
  const at = now.toISOString();
  const before = build.status ?? {};
  const starts = phase === 'Running' || isTerminal(phase);
  const startTimestamp = before.startTimestamp || (starts ? at : undefined);
  return {
    phase,
    // null takes a field away: what was the reason for the phase before is none for this one.
    reason: change.reason ?? null,
    message: change.message ?? null,
    ...(startTimestamp && { startTimestamp }),
    ...(isTerminal(phase) && !before.completionTimestamp && ending(startTimestamp ?? at, at)),
    ...(digest && { output: { to: { imageDigest: digest } } }),
    ...(logSnippet && !before.logSnippet && { logSnippet }),
    ...(outputReference && { outputDockerImageReference: outputReference }),
    phaseSummary: phaseSummary(phase, change.reason),
    ...firstFacts(build),
    conditions: conditions(build, change, at),
  };
}

/** What is said once, by whoever writes first. */
function firstFacts({ metadata, spec, status }: Build): Pick<BuildStatus, 'config' | 'sourceSummary'> {
  const name = configNameOf({ metadata });
  return {
    ...(!status?.sourceSummary && { sourceSummary: sourceSummary(spec) }),
    ...(!status?.config && name && { config: { kind: 'BuildConfig', namespace: metadata.namespace ?? '', name } }),
  };
}

function ending(
  startedAt: string,
  endedAt: string,
): Pick<BuildStatus, 'completionTimestamp' | 'duration' | 'durationSummary'> {
  const durationMs = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  return {
    completionTimestamp: endedAt,
    duration: durationMs * NS_PER_MS,
    durationSummary: durationSummary(durationMs),
  };
}

function conditions({ status, metadata }: Build, change: PhaseChange, at: string): BuildCondition[] {
  // Without a status it was New since it was created, and nobody has written that down.
  const created = metadata.creationTimestamp ?? at;
  const before = status?.phase ? status.conditions : [entered(undefined, { phase: 'New' }, created)];
  const others = (before ?? []).filter(({ type }) => type !== change.phase);
  const present = (before ?? []).find(({ type }) => type === change.phase);
  return [...others.map((condition) => ended(condition, at)), entered(present, change, at)];
}

function ended(condition: BuildCondition, at: string): BuildCondition {
  if (condition.status === 'False') return condition;
  return { type: condition.type, status: 'False', lastUpdateTime: at, lastTransitionTime: at };
}

function entered(
  before: BuildCondition | undefined,
  { phase, reason, message }: PhaseChange,
  at: string,
): BuildCondition {
  const isSame = before?.status === 'True';
  return {
    type: phase,
    status: 'True',
    lastUpdateTime: at,
    lastTransitionTime: (isSame && before.lastTransitionTime) || at,
    ...(reason && { reason }),
    ...(message && { message }),
  };
}
