import { countMessages, type Log, type Metrics } from '@tagstream/service';

/** What this service tells about itself: one function a fact, each a metric and a log line together. */
export type Telemetry = ReturnType<typeof createTelemetry>;

/** Registers the metrics of the trigger service. */
export function createTelemetry(metrics: Metrics, log: Log) {
  const observations = metrics.counter({
    name: 'tagstream_trigger_observations_total',
    help: 'Observations of registries, by what became of them',
    labels: ['result'],
  });
  const published = metrics.counter({
    name: 'tagstream_trigger_tag_updates_total',
    help: 'tag-updated events published, by cause',
    labels: ['cause'],
  });
  const patched = metrics.counter({
    name: 'tagstream_trigger_workload_patches_total',
    help: 'Workloads whose image field was written',
    labels: ['kind'],
  });
  const conflicts = metrics.counter({
    name: 'tagstream_trigger_conflicts_total',
    help: 'Writes that another writer had overtaken and that were computed again',
    labels: ['object'],
  });
  const refused = metrics.counter({
    name: 'tagstream_trigger_trigger_errors_total',
    help: 'Workloads whose owner was told that their triggers cannot be followed, by kind',
    labels: ['kind'],
  });
  const waits = metrics.counter({
    name: 'tagstream_trigger_waits_total',
    help: 'Workloads whose owner was told that a new image waits, by kind',
    labels: ['kind'],
  });
  const fights = metrics.counter({
    name: 'tagstream_trigger_reverted_total',
    help: 'Workloads whose owner was told that another tool takes their images back, by kind',
    labels: ['kind'],
  });
  const delay = metrics.histogram({
    name: 'tagstream_trigger_push_to_patch_seconds',
    help: 'From the arrival of a push notification to the written workload',
  });

  // Their fields are names and image references; looking for secrets in them would take half of the time that a line takes.
  const patches = log.child({}, { redact: [] });

  return {
    log,
    /** Tells what happens in a consumer. */
    consumed: countMessages(metrics, log, 'trigger'),
    observed(result: 'applied' | 'unchanged' | 'stale' | 'gone', about: object) {
      observations.inc({ result });
      log[result === 'applied' ? 'info' : 'debug']({ ...about, result }, 'observation handled');
    },
    published(cause: string, about: object) {
      published.inc({ cause });
      log.info({ ...about, cause }, 'tag updated');
    },
    patched(kind: string, about: object) {
      patched.inc({ kind });
      patches.info({ kind, ...about }, 'workload patched');
    },
    unpublishable(about: object) {
      log.warn(about, 'history item cannot be told: it is not what an event may contain');
    },
    retracted(about: object) {
      log.info(about, 'tag gone: removed from the newest events');
    },
    conflicted(object: 'stream' | 'workload' | 'history', about: object) {
      conflicts.inc({ object });
      log.debug({ object, ...about }, 'write overtaken');
    },
    refused(kind: string, about: object) {
      refused.inc({ kind });
      log.info({ kind, ...about }, 'triggers cannot be followed');
    },
    waiting(kind: string, about: object) {
      waits.inc({ kind });
      log.info({ kind, ...about }, 'image waits');
    },
    reverted(kind: string, about: object) {
      fights.inc({ kind });
      log.warn({ kind, ...about }, 'image taken back again and again');
    },
    delayed(seconds: number) {
      delay.observe(seconds);
    },
  };
}
