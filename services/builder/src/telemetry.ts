import type { Build } from '@tagstream/api-types';
import type { ConsumerEvent } from '@tagstream/bus';
import { countKubeRequests, type Log, type Metrics } from '@tagstream/service';

/** What this service tells about itself: one function a fact, each a metric and a log line together. */
export type Telemetry = ReturnType<typeof createTelemetry>;

/** From a Dockerfile of two lines to the largest images, in seconds. */
const BUCKETS_S = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

const NS_PER_S = 1e9;

/** Registers the metrics of the builder. */
export function createTelemetry(metrics: Metrics, log: Log) {
  const builds = metrics.counter({
    name: 'tagstream_builder_builds_total',
    help: 'Builds that ended here, by phase and reason',
    labels: ['phase', 'reason'],
  });
  const duration = metrics.histogram({
    name: 'tagstream_builder_duration_seconds',
    help: 'How long builds took, by the phase that they ended in',
    labels: ['phase'],
    buckets: BUCKETS_S,
  });
  const running = metrics.gauge({ name: 'tagstream_builder_running', help: 'Builds that run here now' });
  const claims = metrics.counter({
    name: 'tagstream_builder_claims_total',
    help: 'Builds that this runner was told of, by what it did about them',
    labels: ['result'],
  });
  const lostLogs = metrics.counter({
    name: 'tagstream_builder_lost_log_pieces_total',
    help: 'Pieces of logs that could not be stored',
  });
  const messages = metrics.counter({
    name: 'tagstream_builder_messages_total',
    help: 'Messages consumed, by outcome',
    labels: ['outcome'],
  });

  return {
    log,
    consumed(event: ConsumerEvent) {
      messages.inc({ outcome: event.kind });
      if (event.kind === 'done' || event.kind === 'consuming' || event.kind === 'retry') return;
      const { kind, ...about } = event;
      log.warn({ outcome: kind, ...about }, 'message not processed');
    },
    claimed(build: Build, attempt: number) {
      claims.inc({ result: attempt > 1 ? 'taken-over' : 'claimed' });
      log.info({ ...nameOf(build), attempt }, 'build claimed');
    },
    passed(build: Pick<Build, 'metadata'>, result: string, why: string) {
      claims.inc({ result });
      log.debug({ ...nameOf(build), why }, 'build left alone');
    },
    began() {
      running.inc();
    },
    finished() {
      running.dec();
    },
    ended(build: Build) {
      const { phase = '', reason = '', duration: ns = 0 } = build.status ?? {};
      builds.inc({ phase, reason });
      duration.observe({ phase }, ns / NS_PER_S);
      const digest = build.status?.output?.to?.imageDigest;
      log.info({ ...nameOf(build), phase, ...(reason && { reason }), ...(digest && { digest }) }, 'build ended');
    },
    interrupted(build: Build) {
      claims.inc({ result: 'given-back' });
      log.info(nameOf(build), 'build given back');
    },
    jobCreated(build: Build, job: string) {
      log.info({ ...nameOf(build), job }, 'job created');
    },
    toldAgain(build: Build) {
      claims.inc({ result: 'told-again' });
      log.warn(nameOf(build), 'start signal of a build told again');
    },
    notToldAgain(error: unknown) {
      log.warn({ err: error }, 'forgotten builds not looked for');
    },
    logLost(error: unknown) {
      lostLogs.inc();
      log.warn({ err: error }, 'piece of a build log lost');
    },
    leftBehind(path: string, error: unknown) {
      log.warn({ path, err: error }, 'directory of a build not removed');
    },
    runnerFailed(error: unknown) {
      log.error({ err: error }, 'build could not be run');
    },
    reconcileFailed(key: string, error: unknown) {
      log.warn({ build: key, err: error }, 'job not looked after');
    },
    requested: countKubeRequests(metrics, 'builder'),
  };
}

function nameOf({ metadata }: Pick<Build, 'metadata'>) {
  return { namespace: metadata.namespace, build: metadata.name };
}
