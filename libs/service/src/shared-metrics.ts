import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** One request to the Kubernetes API, as its client tells it. */
interface KubeRequest {
  readonly verb: string;
  readonly resource: string;
  /** Why it failed; absent when it did not. */
  readonly code?: string;
}

/** Something that happened in a consumer, as the bus tells it. */
interface ConsumerFact {
  readonly kind: string;
}

/**
 * Counts requests to the Kubernetes API as `tagstream_<service>_kube_requests_total`.
 * @returns what is to be told about each request.
 */
export function countKubeRequests(metrics: Metrics, service: string): (request: KubeRequest) => void {
  const requests = metrics.counter({
    name: `tagstream_${service}_kube_requests_total`,
    help: 'Requests to the Kubernetes API, by verb, resource and result: ok or why it failed',
    labels: ['verb', 'resource', 'result'],
  });
  return ({ verb, resource, code }) => requests.inc({ verb, resource, result: code ?? 'ok' });
}

/**
 * Counts what becomes of messages as `tagstream_<service>_messages_total`, and logs what an operator may have to look at.
 * @returns for each consumer, what is to be told about everything that happens in it.
 */
export function countMessages(
  metrics: Metrics,
  log: Log,
  service: string,
): (consumer: string) => (fact: ConsumerFact) => void {
  const messages = metrics.counter({
    name: `tagstream_${service}_messages_total`,
    help: 'Messages consumed, by consumer and outcome',
    labels: ['consumer', 'outcome'],
  });
  return (consumer) =>
    ({ kind, ...about }) => {
      messages.inc({ consumer, outcome: kind });
      if (kind === 'done' || kind === 'consuming') return;
      log.warn({ consumer, outcome: kind, ...about }, 'message not processed');
    };
}
