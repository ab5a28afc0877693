import type { Build } from '@tagstream/api-types';
import { cancelledByUser, type PhaseChange } from '@tagstream/build';
import type { Bus, Outcome } from '@tagstream/bus';
import { BuildLogStream, buildLogSubject } from '@tagstream/events';
import { isKubeError } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from '../telemetry.ts';
import { type BuildId, markBuild, type RunnerApi, readBuild, writeAsHolder } from './build-writes.ts';
import { type Claimant, decideClaim, MAX_ATTEMPTS } from './decide-claim.ts';

/** Where the Builds of this process are run. */
export interface Executor {
  /** Who has the claim on a Build that is run this way: `<runner>/<instance>`. */
  holder(build: Build): string;
  /** Where its log will be. */
  logLocation(build: Build): string;
  /** Runs a claimed Build, or sees to it that it is run. */
  run(build: Build, holder: string, signal: AbortSignal): Promise<Outcome>;
}

/** What handling the start signals of Builds takes. */
export interface HandlerDeps {
  readonly kube: RunnerApi;
  readonly bus: Pick<Bus, 'purgeSubject'>;
  readonly executor: Executor;
  readonly claimant: Claimant;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** How soon a Build is looked at again that another instance has: that one may die. */
const LOOK_AGAIN_MS = 10_000;

/** Somebody changed the Build while it was being claimed. */
const TRY_AGAIN_MS = 200;

/**
 * Answers to the start signal of a Build: claims it and has it run. The message is not acknowledged before the Build is over or
 * in the hands of something that lasts, so that it comes again when this process dies.
 */
export async function handlePending(deps: HandlerDeps, id: BuildId, signal: AbortSignal): Promise<Outcome> {
  const { kube, executor, claimant, telemetry, clock } = deps;
  const build = await readBuild(kube, id);
  if (build === undefined) return { kind: 'done' };
  const decision = decideClaim(build, claimant);
  switch (decision.kind) {
    case 'ignore':
      telemetry.passed(build, 'ignored', decision.why);
      return { kind: 'done' };
    case 'wait':
      telemetry.passed(build, 'waiting', decision.why);
      return { kind: 'retry', afterMs: LOOK_AGAIN_MS, reason: decision.why };
    case 'cancel':
      return await end(cancelledByUser);
    case 'give-up':
      return await end({
        phase: 'Error',
        reason: 'GenericBuildFailed',
        message: `The build ended its runner ${MAX_ATTEMPTS} times.`,
      });
    case 'run': {
      const holder = executor.holder(build);
      const log = executor.logLocation(build);
      const claimed = await claim({ runner: holder, log, attempt: decision.attempt });
      if (claimed === undefined) return { kind: 'retry', afterMs: TRY_AGAIN_MS, reason: 'changed meanwhile' };
      telemetry.claimed(claimed, decision.attempt);
      if (decision.attempt === 1) await forgetLog(deps, id);
      return await executor.run(claimed, holder, signal);
    }
    default:
      return decision satisfies never;
  }

  async function claim(marks: Parameters<typeof markBuild>[2]): Promise<Build | undefined> {
    try {
      return await markBuild(kube, build!, marks);
    } catch (error) {
      if (isKubeError(error, 'conflict', 'not_found')) return undefined;
      throw error;
    }
  }

  /** Only the holder of a claim ends a Build. */
  async function end(change: PhaseChange): Promise<Outcome> {
    const { runner } = claimant;
    const claimed = await claim({ runner, attempt: MAX_ATTEMPTS });
    if (claimed === undefined) return { kind: 'retry', afterMs: TRY_AGAIN_MS, reason: 'changed meanwhile' };
    const ended = await writeAsHolder(kube, id, runner, change, { clock, signal });
    if (ended) telemetry.ended(ended);
    return { kind: 'done' };
  }
}

/** An earlier Build of the same name may have left a log; that it stays in front does not keep this one from running. */
async function forgetLog({ bus, telemetry }: HandlerDeps, { namespace, name }: BuildId): Promise<void> {
  try {
    await bus.purgeSubject(BuildLogStream, buildLogSubject(namespace, name));
  } catch (error) {
    telemetry.logLost(error);
  }
}
