import type { BuildProgressed, EventData } from '@tagstream/events';
import { countKubeRequests, countMessages, type Log, type Metrics } from '@tagstream/service';

/** What this service tells about itself: one function a fact, each a metric and a log line together. */
export type Telemetry = ReturnType<typeof createTelemetry>;

/** What led to a Build. */
export type BuildCause = 'config-change' | 'image-change' | 'git-hook';

/** Registers the metrics of the builds service. */
export function createTelemetry(metrics: Metrics, log: Log) {
  const created = metrics.counter({
    name: 'tagstream_builds_created_total',
    help: 'Builds made by this service, by what led to them',
    labels: ['cause'],
  });
  const refused = metrics.counter({
    name: 'tagstream_builds_refused_total',
    help: 'Builds that could not be made, by what was to lead to them and why not',
    labels: ['cause', 'reason'],
  });
  const writes = metrics.counter({
    name: 'tagstream_builds_writes_total',
    help: 'Changes to Builds and BuildConfigs, by what they do and what became of them',
    labels: ['write', 'result'],
  });
  const phases = metrics.counter({
    name: 'tagstream_builds_phases_total',
    help: 'Phases of Builds published',
    labels: ['phase'],
  });
  const duration = metrics.histogram({
    name: 'tagstream_builds_duration_seconds',
    help: 'How long Builds ran, by how they ended',
    labels: ['phase'],
    buckets: [5, 15, 30, 60, 120, 300, 600, 1200, 3600],
  });
  const droppedEvents = metrics.counter({
    name: 'tagstream_builds_dropped_events_total',
    help: 'Kubernetes events that were not recorded because too many were waiting',
  });

  return {
    log,
    /** Tells what happens in a consumer. */
    consumed: countMessages(metrics, log, 'builds'),
    created(cause: BuildCause, about: object) {
      created.inc({ cause });
      log.info({ cause, ...about }, 'build created');
    },
    refused(cause: BuildCause, reason: string, about: object) {
      refused.inc({ cause, reason });
      log.warn({ cause, reason, ...about }, 'build not created');
    },
    written(write: string, about: object) {
      writes.inc({ write, result: 'done' });
      log.info({ write, ...about }, 'build step done');
    },
    overtaken(write: string, about: object) {
      writes.inc({ write, result: 'overtaken' });
      log.debug({ write, ...about }, 'build step overtaken');
    },
    announced({ phase, durationMs, namespace, name, reason }: EventData<typeof BuildProgressed>) {
      phases.inc({ phase });
      if (durationMs !== undefined) duration.observe({ phase }, durationMs / 1000);
      log.info({ build: `${namespace}/${name}`, phase, ...(reason && { reason }) }, 'build phase');
    },
    requested: countKubeRequests(metrics, 'builds'),
    eventDropped() {
      droppedEvents.inc();
    },
  };
}
