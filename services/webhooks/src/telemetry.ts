import type { Log, Metrics } from '@tagstream/service';
import type { HookTelemetry } from './hook-server.ts';
import type { Receiver } from './receivers/receiver.ts';

/** From a push on the same host to one that a sender retried for an hour, in seconds. */
const PUSH_AGE_BUCKETS_S = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 3600];

/** Metrics and log lines of this service beyond those of requests. */
interface MoreTelemetry {
  /** A hint was merged into another of the same tag. */
  readonly merged: () => void;
  /** The receivers file changed. */
  readonly reloaded: (result: 'taken' | 'refused') => void;
}

/** Metrics and log lines of this service, one function a fact. Nothing here ever holds a path or a header. */
export function createHookTelemetry(metrics: Metrics, log: Log): HookTelemetry & MoreTelemetry {
  const labels = ['receiver', 'sender'] as const;
  const received = metrics.counter({
    name: 'tagstream_webhooks_received_total',
    help: 'Deliveries that arrived for a receiver',
    labels,
  });
  const accepted = metrics.counter({
    name: 'tagstream_webhooks_accepted_total',
    help: 'Pushes that were stored as a hint, those that were merged into one counted each',
    labels,
  });
  const ignored = metrics.counter({
    name: 'tagstream_webhooks_ignored_total',
    help: 'Events of deliveries that led to no hint',
    labels: [...labels, 'reason'],
  });
  const rejected = metrics.counter({
    name: 'tagstream_webhooks_rejected_total',
    help: 'Requests that were answered with 400 or above',
    labels: [...labels, 'status'],
  });
  const merged = metrics.counter({
    name: 'tagstream_webhooks_merged_total',
    help: 'Hints that were held back to become one with others of the same tag',
  });
  const reloads = metrics.counter({
    name: 'tagstream_webhooks_receivers_reloads_total',
    help: 'Changes of the receivers file, taken up or refused',
    labels: ['result'],
  });
  const current = metrics.gauge({
    name: 'tagstream_webhooks_receivers_current',
    help: '1 while the receivers in force are those of the file, 0 while the file is refused',
  });
  current.set(1);
  const pushAge = metrics.histogram({
    name: 'tagstream_webhooks_push_age_seconds',
    help: 'Time from the push, as the sender tells, to the arrival of its notification',
    labels,
    buckets: PUSH_AGE_BUCKETS_S,
  });
  // Its fields are names that a parser made, none of them a secret; looking for secrets in every line would take a third of the
  // time that a delivery takes in all.
  const announcements = log.child({}, { redact: [] });
  const named = (receiver: Receiver) => ({ receiver: receiver.name, sender: receiver.sender.name });
  // Only names that exist become labels: a stranger must not be able to make up time series.
  const nobody = { receiver: 'unknown', sender: 'unknown' };
  return {
    received: (receiver) => received.inc(named(receiver)),
    stored: (receiver, { pushes, ignored: leftOut, pushAgesMs }) => {
      const who = named(receiver);
      const duplicates = leftOut.find(({ reason }) => reason === 'duplicate')?.count ?? 0;
      accepted.inc(who, pushes.length - duplicates);
      for (const { reason, count } of leftOut) ignored.inc({ ...who, reason }, count);
      // A sender's clock may be ahead of ours.
      for (const ageMs of pushAgesMs) pushAge.observe(who, Math.max(0, ageMs) / 1000);
      for (const { registry, repository, tag, deliveryId, verified } of pushes) {
        announcements.info({ ...who, registry, repository, tag, deliveryId, verified }, 'push announced');
      }
      if (pushes.length === 0) log.debug({ ...who, ignored: leftOut }, 'delivery without a push to follow');
    },
    answered: (receiver) => log.info(named(receiver), 'test answered'),
    unverifiable: (receiver, error) => log.error({ ...named(receiver), err: error }, 'delivery could not be verified'),
    broken: (receiver, reason) => log.warn({ ...named(receiver), reason }, 'delivery not understood'),
    notStored: (receiver, error) => log.error({ ...named(receiver), err: error }, 'delivery could not be stored'),
    confirmation: (receiver, topicArn, confirmed) => {
      if (confirmed) log.info({ ...named(receiver), topicArn }, 'subscription confirmed');
      else log.warn({ ...named(receiver), topicArn }, 'subscription not confirmed, the receiver has no such topic');
    },
    rejected: (receiver, status) => {
      const who = receiver === undefined ? nobody : named(receiver);
      rejected.inc({ ...who, status: String(status) });
      if (status === 401) log.warn(who, 'delivery without a valid secret');
    },
    failed: (error) => log.error({ err: error }, 'delivery failed by a bug'),
    merged: () => merged.inc(),
    reloaded: (result) => {
      reloads.inc({ result });
      current.set(result === 'taken' ? 1 : 0);
    },
  };
}
