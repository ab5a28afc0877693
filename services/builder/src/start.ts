import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { joinMembers } from '@tagstream/bus';
import { allStreams, BuildProgressed, BuildStream } from '@tagstream/events';
import type { ServiceContext } from '@tagstream/service';
import type { BuilderConfig } from './config.ts';
import { connect } from './connect.ts';
import { removeWorkspace } from './execute/remove-workspace.ts';
import { runCommand } from './execute/run-command.ts';
import { removeLeftovers } from './execute/workspace.ts';
import { executionSettings } from './execution-settings.ts';
import { inputsFromApi } from './inputs/read-inputs.ts';
import { startJobs } from './job/start-jobs.ts';
import { checkTools } from './runner/check-tools.ts';
import { RUNNER } from './runner/decide-claim.ts';
import { handlePending } from './runner/handle-pending.ts';
import { processExecutor } from './runner/process-executor.ts';
import { tellForgotten } from './runner/tell-again.ts';
import { createTelemetry } from './telemetry.ts';

/** Name of the durable consumer; all replicas share it. */
const DURABLE = 'builder';

/** Longer than the longest build, which gets a week: its own deadline ends it. */
const MAX_RUN_MS = 8 * 24 * 3600 * 1000;

/** A Build that another instance has is looked at again and again until it is over. */
const MAX_DELIVER = 1_000_000;

/** A service has 10 s to stop: killing a build and giving it back takes a second. */
const STOP_GRACE_MS = 7000;

/** The composition root: takes Builds whose turn has come, and has them run. */
export async function startBuilder(context: ServiceContext<BuilderConfig>): Promise<void> {
  const { config, metrics, log, health, clock, signal, defer } = context;
  const telemetry = createTelemetry(metrics, log);
  const { bus, kube } = await connect(context, telemetry);
  await bus.ensureStreams(allStreams, { signal });

  const instance = `${hostname().replace(/[^A-Za-z0-9_-]/g, '-')}-${randomBytes(4).toString('hex')}`;
  const runner = `${RUNNER}/${instance}`;
  const settings = executionSettings(config, process.getuid?.() === 0);
  const membership = defer(
    await joinMembers(bus, {
      group: RUNNER,
      member: instance,
      leaseMs: config.lease * 1000,
      onChange: () => undefined,
      onTrouble: (error) => log.warn({ err: error }, 'no sign of life given'),
    }),
  );
  const isAlive = (other: string) => membership.members.includes(other);

  if (config.executor === 'process') {
    await checkTools(runCommand, settings, signal);
    await removeLeftovers(config.workDir, process.pid, (path) => removeWorkspace(path, settings, runCommand));
  }
  const deps = { kube, bus, clock, telemetry, settings, workDir: config.workDir, run: runCommand };
  const executor =
    config.executor === 'job'
      ? startJobs({ config, kube, clock, telemetry, defer, prefix: bus.prefix })
      : processExecutor({ ...deps, readInputs: (build) => inputsFromApi(kube, build) }, runner, bus.prefix, signal);

  const handler = { kube, bus, executor, claimant: { runner, isAlive }, clock, telemetry };
  const consumer = defer(
    bus.consume(BuildProgressed, {
      stream: BuildStream,
      durable: config.namespace ? `${DURABLE}-${config.namespace}` : DURABLE,
      filter: config.namespace ? `build.pending.${config.namespace}.>` : 'build.pending.>',
      concurrency: config.concurrency,
      keyOf: ({ uid }) => uid,
      ackWaitMs: config.lease * 1000,
      maxRunMs: MAX_RUN_MS,
      maxDeliver: MAX_DELIVER,
      stopGraceMs: STOP_GRACE_MS,
      observe: telemetry.consumed,
      handler: ({ data }, delivery) => handlePending(handler, data, delivery.signal),
    }),
  );
  health.check('builds', () => consumer.health());
  if (config.executor === 'process') {
    const { namespace } = config;
    const { toldAgain: onTold, notToldAgain: onTrouble } = telemetry;
    void tellForgotten({ kube, bus, clock, claimant: handler.claimant, namespace, onTold, onTrouble }, signal);
  }
}
