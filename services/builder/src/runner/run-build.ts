import { randomUUID } from 'node:crypto';
import type { Build } from '@tagstream/api-types';
import { logSnippet, type PhaseChange, phaseOf } from '@tagstream/build';
import type { Bus } from '@tagstream/bus';
import { buildLogSubject } from '@tagstream/events';
import type { KubeClient } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import { BuildFailure, failureMessages, phaseOfFailure } from '../build-failure.ts';
import type { BuildInputs, ExecutionSettings } from '../execute/build-context.ts';
import { type BuildResult, executeBuild } from '../execute/execute-build.ts';
import { removeWorkspace } from '../execute/remove-workspace.ts';
import type { RunCommand } from '../execute/run-command.ts';
import { makeWorkspace } from '../execute/workspace.ts';
import { type BuildLog, openBuildLog } from '../log/build-log.ts';
import type { Telemetry } from '../telemetry.ts';
import { type BuildId, writeAsHolder } from './build-writes.ts';
import { attemptOf } from './decide-claim.ts';
import { BuildStopped, watchBuild } from './watch-build.ts';

/** What running a Build takes. */
export interface RunnerDeps {
  readonly kube: Pick<KubeClient, 'get' | 'list' | 'watch' | 'mergePatch'>;
  readonly bus: Pick<Bus, 'storeText'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly settings: ExecutionSettings;
  readonly workDir: string;
  readonly readInputs: (build: Build) => Promise<BuildInputs>;
  readonly run: RunCommand;
  /** Told every line of the log too. */
  readonly onLine?: (line: string) => void;
}

/** What became of a Build that this process ran. */
export type RunOutcome =
  | { readonly kind: 'ended'; readonly phase: 'Complete' | 'Failed' | 'Error' | 'Cancelled' }
  /** Somebody else has it, or it is over or gone. */
  | { readonly kind: 'lost' }
  /** This process is to stop; the Build is neither better nor worse off. */
  | { readonly kind: 'interrupted' };

/** OpenShift: a build that does not say how long it may take gets a week. */
const DEFAULT_DEADLINE_SECONDS = 604_800;

/**
 * Runs a Build that this process has claimed, and writes how it ends. All of its log is stored before that is written.
 * @param signal aborted when this process is to stop
 * @throws KubeError when the API server did not answer for long
 */
export async function runBuild(
  deps: RunnerDeps,
  build: Build,
  runner: string,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { kube, clock, telemetry } = deps;
  const id = idOf(build);
  const started = await writeAsHolder(kube, id, runner, { phase: 'Running' }, { clock, signal });
  if (started === undefined) return { kind: 'lost' };
  const stop = new AbortController();
  const onShutdown = () => stop.abort(new BuildStopped('shutdown'));
  signal.addEventListener('abort', onShutdown);
  if (signal.aborted) onShutdown();
  const timer = new AbortController();
  clock.sleep(timeLeftMs(started, clock.now()), timer.signal).then(
    () => stop.abort(new BuildStopped('deadline')),
    () => undefined,
  );
  const log = openLog(deps, started);
  try {
    await using _watch = watchBuild(kube, started, runner, (cause) => stop.abort(new BuildStopped(cause)));
    const result = await resultOf(deps, started, log, stop.signal);
    await log.flush();
    if (result === 'lost') return { kind: 'lost' };
    if (result === 'interrupted') return { kind: 'interrupted' };
    const ended = await writeAsHolder(kube, id, runner, result, { clock });
    if (ended === undefined) return { kind: 'lost' };
    telemetry.ended(ended);
    return { kind: 'ended', phase: phaseOf(ended) as 'Complete' }; // writeAsHolder wrote a phase that ends it
  } finally {
    timer.abort();
    signal.removeEventListener('abort', onShutdown);
  }
}

/** The Build as its runner names it. */
export function idOf({ metadata }: Build): BuildId {
  return { namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
}

function timeLeftMs({ spec, status }: Build, now: number): number {
  const limit = (spec.completionDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000;
  return Math.max(0, Date.parse(status?.startTimestamp ?? '') + limit - now || 0);
}

function openLog(deps: RunnerDeps, build: Build): BuildLog {
  const { namespace, name, uid } = idOf(build);
  const subject = buildLogSubject(namespace, name);
  const session = randomUUID();
  const attempt = attemptOf(build);
  const log = openBuildLog({
    store: async (text, number) => {
      await deps.bus.storeText(subject, text, { id: `${uid}:${session}:${number}` });
    },
    onLost: deps.telemetry.logLost,
    sleep: (ms) => deps.clock.sleep(ms),
    ...(deps.onLine && { onLine: deps.onLine }),
  });
  if (attempt > 1) log.line(`--- begun anew: its runner ended before it (attempt ${attempt}) ---`);
  return log;
}

async function resultOf(
  deps: RunnerDeps,
  build: Build,
  log: BuildLog,
  signal: AbortSignal,
): Promise<PhaseChange | 'lost' | 'interrupted'> {
  try {
    const { digest } = await execute(deps, build, log, signal);
    return { phase: 'Complete', digest };
  } catch (error) {
    if (signal.aborted && signal.reason instanceof BuildStopped) return stopped(signal.reason, log);
    return failed(error, log, deps.telemetry);
  }
}

async function execute(deps: RunnerDeps, build: Build, log: BuildLog, signal: AbortSignal): Promise<BuildResult> {
  const { settings, run } = deps;
  const inputs = await deps.readInputs(build);
  const workspace = await makeWorkspace(deps.workDir, process.pid);
  try {
    return await executeBuild({ build, inputs, settings, workspace, log, run, signal });
  } finally {
    await removeWorkspace(workspace.root, settings, run).catch((error) =>
      deps.telemetry.leftBehind(workspace.root, error),
    );
  }
}

function stopped({ stopCause }: BuildStopped, log: BuildLog): PhaseChange | 'lost' | 'interrupted' {
  switch (stopCause) {
    case 'lost':
      return 'lost';
    case 'shutdown':
      return 'interrupted';
    case 'cancelled':
      log.line('The build was cancelled.');
      return { phase: 'Cancelled', reason: 'CancelledBuild', message: 'The build was cancelled by the user.' };
    case 'deadline':
      log.line('The build took longer than its completionDeadlineSeconds allow.');
      return {
        phase: 'Failed',
        reason: 'GenericBuildFailed',
        message: 'The build took longer than its completionDeadlineSeconds allow.',
        logSnippet: logSnippet(log.tail.join('\n')),
      };
    default:
      return stopCause satisfies never;
  }
}

/** What is no failure of the build itself is one of its surroundings, and said without details, which may be secret. */
function failed(error: unknown, log: BuildLog, telemetry: Telemetry): PhaseChange {
  const failure =
    error instanceof BuildFailure
      ? error
      : new BuildFailure('GenericBuildFailed', 'The runner could not run this build.', { cause: error });
  if (failure !== error) telemetry.runnerFailed(error);
  log.line(`error: ${failure.message}`);
  return {
    phase: failure === error ? phaseOfFailure(failure.code) : 'Error',
    reason: failure.code,
    message: failure === error ? failure.statusMessage : failureMessages.GenericBuildFailed,
    logSnippet: logSnippet(log.tail.join('\n')),
  };
}
