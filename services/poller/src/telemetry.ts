import type { ConsumerEvent } from '@tagstream/bus';
import type { RequestRecord } from '@tagstream/registry';
import type { Log, Metrics } from '@tagstream/service';
import { countChanges } from './changes-found.ts';
import type { CheckTelemetry } from './check-target.ts';
import type { HintFate, Push } from './handle-hint.ts';
import type { LoopTelemetry, PollLoop } from './poll-loop.ts';

export interface Telemetry extends CheckTelemetry, LoopTelemetry {
  readonly hinted: (push: Push, fate: HintFate) => void;
  readonly request: (record: RequestRecord) => void;
  readonly consumed: (event: ConsumerEvent) => void;
  readonly pauseUntold: (error: unknown) => void;
  readonly leaseMissed: (error: unknown) => void;
  readonly recordsUnwritten: (error: unknown) => void;
  /** Shows the loop's size; called once it exists. */
  readonly watch: (loop: PollLoop) => void;
}

/** Metrics and log lines of this service, one function a fact. */
export function createTelemetry(metrics: Metrics, log: Log, now: () => number): Telemetry {
  const checks = metrics.counter({
    name: 'tagstream_poller_checks_total',
    help: 'Questions asked of registries, by what came of them',
    labels: ['registry', 'result'],
  });
  const checkSeconds = metrics.histogram({
    name: 'tagstream_poller_check_duration_seconds',
    help: 'Time that a question took, its second try included',
    labels: ['result'],
  });
  const published = metrics.counter({
    name: 'tagstream_poller_published_total',
    help: 'registry-poll messages',
    labels: ['cause', 'outcome', 'duplicate'],
  });
  const suppressed = metrics.counter({
    name: 'tagstream_poller_suppressed_total',
    help: 'Answers not published because the same one is on its way',
  });
  const hints = metrics.counter({
    name: 'tagstream_poller_hints_total',
    help: 'Push hints, by what became of them',
    labels: ['source', 'fate'],
  });
  const hintSeconds = metrics.histogram({
    name: 'tagstream_poller_hint_to_publish_seconds',
    help: 'Time from the arrival of a push notification to the publication of what it led to',
  });
  const requests = metrics.histogram({
    name: 'tagstream_poller_registry_request_duration_seconds',
    help: 'HTTP exchanges with registries and their token services',
    labels: ['registry', 'operation', 'outcome'],
  });
  const rateLimit = metrics.gauge({
    name: 'tagstream_poller_registry_ratelimit_remaining',
    help: 'What a registry said is left of its budget',
    labels: ['registry'],
  });
  const replicas = metrics.gauge({
    name: 'tagstream_poller_replicas',
    help: 'Replicas that share the questions, as this one sees it',
  });
  const changes = countChanges(metrics);
  return {
    asked({ question }, answer, durationMs) {
      const registry = question.registry || 'none';
      checks.inc({ registry, result: answer.kind });
      checkSeconds.observe({ result: answer.kind }, durationMs / 1000);
      const fields = { reference: question.canonical, result: answer.kind, durationMs };
      if (answer.kind !== 'failed') return log.debug(fields, 'registry asked');
      const { reason, message } = answer.finding;
      log.warn({ ...fields, code: answer.code, reason, detail: message }, 'registry check failed');
    },
    published(poll, duplicate, registry) {
      const { namespace, stream, tag, cause, outcome, hint } = poll;
      published.inc({ cause, outcome: outcome.kind, duplicate: String(duplicate) });
      if (!duplicate) changes.found(poll, registry);
      const found = outcome.kind === 'image' ? { image: outcome.image } : { reason: outcome.reason };
      log.info({ namespace, stream, tag, cause, ...found, duplicate }, 'registry poll published');
      if (hint !== undefined) hintSeconds.observe(Math.max(0, now() - Date.parse(hint.receivedAt)) / 1000);
    },
    suppressed: () => suppressed.inc(),
    paused: (registry, untilMs) =>
      log.warn({ registry, until: new Date(untilMs).toISOString() }, 'registry asked to be left alone'),
    runFailed: ({ key, error, failures, retryInMs }) =>
      log.error({ question: key, err: error, failures, retryInMs }, 'answer could not be published'),
    shared(members, moved) {
      replicas.set(members.length);
      log.info({ members, moved }, 'questions shared out');
    },
    pauseUntold: (error) => log.warn({ err: error }, 'other replicas could not be told of a pause'),
    leaseMissed: (error) => log.warn({ err: error }, 'no sign of life could be given to the other replicas'),
    recordsUnwritten: (error) => log.warn({ err: error }, 'last checks could not be written, tried again later'),
    hinted(push, fate) {
      hints.inc({ source: push.source, fate });
      changes.hinted(push);
      const { source, registry, repository, tag, deliveryId } = push;
      log.debug({ source, registry, repository, tag, deliveryId, fate }, 'push hint handled');
    },
    request(record) {
      const { registry, operation, outcome } = record;
      requests.observe({ registry, operation, outcome: String(outcome) }, record.durationMs / 1000);
      if (record.rateLimit?.remaining !== undefined) rateLimit.set({ registry }, record.rateLimit.remaining);
    },
    consumed(event) {
      if (event.kind === 'interrupted') log.warn({ err: event.error, retryInMs: event.retryInMs }, 'hints interrupted');
      if (event.kind === 'dead-letter') log.error({ subject: event.subject, reason: event.reason }, 'hint given up');
    },
    watch(loop) {
      metrics.gauge({
        name: 'tagstream_poller_questions',
        help: 'Distinct references that ImageStreams follow',
        collect: (gauge) => gauge.set(loop.targets),
      });
      metrics.gauge({
        name: 'tagstream_poller_owned_questions',
        help: 'Those that this replica checks',
        collect: (gauge) => gauge.set(loop.owned),
      });
      metrics.gauge({
        name: 'tagstream_poller_waiting',
        help: 'Questions that wait for their registry or are under way',
        labels: ['registry'],
        collect(gauge) {
          gauge.reset();
          for (const [registry, count] of loop.waiting()) gauge.set({ registry: registry || 'none' }, count);
        },
      });
    },
  };
}
