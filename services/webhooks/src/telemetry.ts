import type { Log, Metrics } from '@tagstream/service';
import type { HookTelemetry } from './receive.ts';

/** From a push on the same host to one that a sender retried for an hour, in seconds. */
const PUSH_AGE_BUCKETS_S = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 3600];

/** Metrics and log lines of this service, one function a fact. Nothing here ever holds a path or a header. */
export function createHookTelemetry(metrics: Metrics, log: Log): HookTelemetry {
  const received = metrics.counter({
    name: 'tagstream_webhooks_received_total',
    help: 'Deliveries that arrived for a known sender',
    labels: ['sender'],
  });
  const accepted = metrics.counter({
    name: 'tagstream_webhooks_accepted_total',
    help: 'Pushes that were stored as a hint',
    labels: ['sender'],
  });
  const ignored = metrics.counter({
    name: 'tagstream_webhooks_ignored_total',
    help: 'Events of deliveries that led to no hint',
    labels: ['sender', 'reason'],
  });
  const rejected = metrics.counter({
    name: 'tagstream_webhooks_rejected_total',
    help: 'Requests that were answered with 400 or above',
    labels: ['sender', 'status'],
  });
  const pushAge = metrics.histogram({
    name: 'tagstream_webhooks_push_age_seconds',
    help: 'Time from the push, as the sender tells, to the arrival of its notification',
    labels: ['sender'],
    buckets: PUSH_AGE_BUCKETS_S,
  });
  return {
    received: (sender) => received.inc({ sender }),
    stored: (sender, pushes, leftOut, pushAgesMs) => {
      accepted.inc({ sender }, pushes.length);
      for (const { reason, count } of leftOut) ignored.inc({ sender, reason }, count);
      // A sender's clock may be ahead of ours.
      for (const ageMs of pushAgesMs) pushAge.observe({ sender }, Math.max(0, ageMs) / 1000);
      for (const { registry, repository, tag, deliveryId, verified } of pushes) {
        log.info({ sender, registry, repository, tag, deliveryId, verified }, 'push announced');
      }
      if (pushes.length === 0) log.debug({ sender, ignored: leftOut }, 'delivery without a push to follow');
    },
    broken: (sender, reason) => log.warn({ sender, reason }, 'delivery not understood'),
    notStored: (sender, error) => log.error({ sender, err: error }, 'delivery could not be stored'),
    rejected: (sender, status) => {
      rejected.inc({ sender, status: String(status) });
      if (status === 401) log.warn({ sender }, 'delivery without a valid secret');
    },
    failed: (error) => log.error({ err: error }, 'delivery failed by a bug'),
  };
}
