import { type Build, type BuildPhase, type BuildStatus, normalBuildStrategy } from '@tagstream/api-types';
import { configNameOf, isTerminal, logOf, numberOf, phaseOf, runnerOf } from '@tagstream/build';
import type { BuildProgressed, EventData } from '@tagstream/events';
import { isDigest } from '@tagstream/image-ref';

export type Progress = EventData<typeof BuildProgressed>;

/** Nanoseconds, in which OpenShift counts how long a build took, to milliseconds. */
const MS_PER_NS = 1e-6;

/**
 * What is to be told about a Build: every phase that it has entered, in order. All of it follows from the object, so that every
 * replica tells the same, and a phase that passed while nobody looked is told as well.
 */
export function progressOf(build: Build): Progress[] {
  const { type } = normalBuildStrategy(build.spec.strategy);
  if (type === '' || !build.status?.phase) return [];
  const strategy = type;
  return phasesOf(build).map((phase) => ({
    ...identity(build),
    phase,
    strategy,
    at: enteredAt(build, phase),
    ...(phase === phaseOf(build) && reasons(build.status ?? {})),
    ...(phase !== 'New' && phase !== 'Pending' && run(build, phase)),
    output: output(build, phase),
    ...(phase !== 'New' && build.status?.cancelled && { cancelled: true }),
  }));
}

function phasesOf(build: Build): BuildPhase[] {
  const present = phaseOf(build);
  const entered = new Set((build.status?.conditions ?? []).map(({ type }) => type));
  const before = (['New', 'Pending', 'Running'] as const).filter((phase) => phase !== present && entered.has(phase));
  return [...before, present];
}

function identity(build: Build): Pick<Progress, 'namespace' | 'name' | 'uid' | 'buildConfig' | 'number'> {
  const { namespace = '', name, uid = '' } = build.metadata;
  const buildConfig = configNameOf(build);
  const number = numberOf(build);
  return { namespace, name, uid, ...(buildConfig && { buildConfig }), ...(number && { number }) };
}

/** A phase is entered when the one before it ends; Running and the end have times of their own. */
function enteredAt({ metadata, status }: Build, phase: BuildPhase): string {
  const created = metadata.creationTimestamp ?? '';
  const condition = (type: BuildPhase) => status?.conditions?.find((one) => one.type === type)?.lastTransitionTime;
  if (phase === 'New') return created;
  if (phase === 'Pending') return condition('New') ?? created;
  if (phase === 'Running') return status?.startTimestamp ?? created;
  return status?.completionTimestamp ?? created;
}

function reasons({ reason, message }: BuildStatus): Pick<Progress, 'reason' | 'message'> {
  return { ...(reason && { reason }), ...(message && { message }) };
}

function run(build: Build, phase: BuildPhase): Pick<Progress, 'startedAt' | 'durationMs' | 'log' | 'runner'> {
  const { startTimestamp, duration } = build.status ?? {};
  const log = logOf(build);
  const runner = runnerOf(build);
  return {
    ...(startTimestamp && { startedAt: startTimestamp }),
    ...(isTerminal(phase) && duration !== undefined && { durationMs: Math.round(duration * MS_PER_NS) }),
    ...(log && { log }),
    ...(runner && { runner }),
  };
}

function output({ status }: Build, phase: BuildPhase): Progress['output'] {
  const reference = status?.outputDockerImageReference;
  const digest = status?.output?.to?.imageDigest ?? '';
  return {
    ...(phase !== 'New' && reference && { reference }),
    ...(phase === 'Complete' && isDigest(digest) && { digest }),
  };
}
