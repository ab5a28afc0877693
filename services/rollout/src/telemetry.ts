import type { ConsumerEvent } from '@tagstream/bus';
import type { Action, Emission } from '@tagstream/deployment';
import type { RequestMetrics } from '@tagstream/kube';
import type { Log, Metrics } from '@tagstream/service';

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
    help: 'Kubernetes events that were not recorded because too many were on their way',
  });
  const requests = metrics.counter({
    name: 'tagstream_rollout_kube_requests_total',
    help: 'Requests to the Kubernetes API, by verb, resource and result: ok or why it failed',
    labels: ['verb', 'resource', 'result'],
  });
  const messages = metrics.counter({
    name: 'tagstream_rollout_messages_total',
    help: 'Messages consumed, by consumer and outcome',
    labels: ['consumer', 'outcome'],
  });

  return {
    log,
    /** Tells what happens in a consumer. */
    consumed: (consumer: string) => (event: ConsumerEvent) => {
      messages.inc({ consumer, outcome: event.kind });
      if (event.kind === 'done' || event.kind === 'consuming') return;
      const { kind, ...about } = event;
      log.warn({ consumer, outcome: kind, ...about }, 'message not processed');
    },
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
    requested({ verb, resource, code }: RequestMetrics) {
      requests.inc({ verb, resource, result: code ?? 'ok' });
    },
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
