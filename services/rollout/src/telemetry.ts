import type { Action, Emission } from '@tagstream/deployment';
import { countKubeRequests, countMessages, type Log, type Metrics } from '@tagstream/service';

/** What this service tells about itself: one function a fact, each a metric and a log line together. */
export type Telemetry = ReturnType<typeof createTelemetry>;

/** Registers the metrics of the rollout service. */
export function createTelemetry(metrics: Metrics, log: Log) {
  const writes = metrics.counter({
    name: 'tagstream_rollout_writes_total',
    help: 'Writes to Kubernetes, by what they do and what became of them',
    labels: ['write', 'result'],
  });
  const milestones = metrics.counter({
    name: 'tagstream_rollout_milestones_total',
    help: 'Milestones of rollouts published',
    labels: ['milestone'],
  });
  const duration = metrics.histogram({
    name: 'tagstream_rollout_duration_seconds',
    help: 'From the creation of the ReplicationController to the end of its rollout',
    labels: ['result'],
  });
  const delay = metrics.histogram({
    name: 'tagstream_rollout_push_to_spec_seconds',
    help: 'From the arrival of a push notification to the image in the DeploymentConfig',
  });
  const droppedEvents = metrics.counter({
    name: 'tagstream_rollout_dropped_events_total',
    help: 'Kubernetes events that were not recorded because too many were waiting',
  });

  return {
    log,
    /** Tells what happens in a consumer. */
    consumed: countMessages(metrics, log, 'rollout'),
    written(action: Action, about: object) {
      const write = nameOf(action);
      writes.inc({ write, result: 'done' });
      log.info({ write, ...about }, 'rollout step done');
    },
    overtaken(action: Action, about: object) {
      const write = nameOf(action);
      writes.inc({ write, result: 'overtaken' });
      log.debug({ write, ...about }, 'rollout step overtaken');
    },
    refused(action: Action, about: object) {
      const write = nameOf(action);
      writes.inc({ write, result: 'refused' });
      log.warn({ write, ...about }, 'rollout step refused');
    },
    announced({ milestone, sinceStartMs }: Emission, about: object) {
      milestones.inc({ milestone });
      if (milestone === 'complete' || milestone === 'failed' || milestone === 'cancelled') {
        duration.observe({ result: milestone }, sinceStartMs / 1000);
      }
      log.info({ milestone, ...about }, 'rollout milestone');
    },
    requested: countKubeRequests(metrics, 'rollout'),
    delayed(seconds: number) {
      delay.observe(seconds);
    },
    eventDropped() {
      droppedEvents.inc();
    },
  };
}

/** `scale`, `phase`, `create-rc`: few values, fit for a label. */
function nameOf(action: Action): string {
  return action.kind === 'change-rc' ? action.why : action.kind;
}
