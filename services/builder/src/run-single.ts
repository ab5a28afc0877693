import type { Build } from '@tagstream/api-types';
import { isTerminal, phaseOf, runnerOf } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { BuilderConfig } from './config.ts';
import { connect } from './connect.ts';
import { runCommand } from './execute/run-command.ts';
import { executionSettings } from './execution-settings.ts';
import { inputsFromMounts } from './inputs/read-inputs.ts';
import { jobClaim } from './runner/decide-claim.ts';
import { runBuild } from './runner/run-build.ts';
import { createTelemetry } from './telemetry.ts';

/**
 * Runs one Build in the pod of its Job.
 * @param target `<namespace>/<name>`
 * @returns the exit code: 0 when the Build is complete
 */
export async function runSingle(target: string, context: ServiceContext<BuilderConfig>): Promise<number> {
  const { config, metrics, log, clock, signal } = context;
  const [namespace = '', name = ''] = target.split('/');
  const telemetry = createTelemetry(metrics, log);
  const { bus, kube } = await connect(context, telemetry);
  const runner = jobClaim(config.job ?? '');
  const build = await kube.get<Build>({ resource: resources.builds, namespace, name });
  if (isTerminal(phaseOf(build)) || runnerOf(build) !== runner) {
    log.warn({ namespace, build: name, phase: phaseOf(build), runner: runnerOf(build) }, 'build is not to be run here');
    return 1;
  }
  const deps = {
    kube,
    bus,
    clock,
    telemetry,
    settings: executionSettings(config, process.getuid?.() === 0),
    workDir: config.workDir,
    run: runCommand,
    readInputs: (one: Build) => inputsFromMounts(config.jobInputs, one, config.jobAccountSecrets),
    onLine: (line: string) => void process.stdout.write(`${line}\n`),
  };
  const outcome = await runBuild(deps, build, runner, signal);
  return outcome.kind === 'ended' && outcome.phase === 'Complete' ? 0 : 1;
}
