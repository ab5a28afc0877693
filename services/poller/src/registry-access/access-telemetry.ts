import type { Log, Metrics } from '@tagstream/service';
import type { CloudName } from '../credentials/cloud-credentials.ts';

/** The facts told about access to registries. */
export interface AccessTelemetry {
  readonly exchanged: (cloud: CloudName, registry: string, failure: unknown) => void;
  /** Something an operator or a team configured cannot be used; told once while it stays the same. */
  readonly problem: (problem: string, namespace?: string) => void;
}

/** Problems remembered as told. */
const MAX_TOLD = 1_000;

/** Metrics and log lines of this part of the service. Neither ever holds a credential. */
export function createAccessTelemetry(metrics: Metrics, log: Log): AccessTelemetry {
  const exchanges = metrics.counter({
    name: 'tagstream_poller_credential_exchanges_total',
    help: 'Exchanges of the identity of this process for credentials of cloud registries',
    labels: ['cloud', 'outcome'],
  });
  const told = new Set<string>();
  return {
    exchanged(cloud, registry, failure) {
      exchanges.inc({ cloud, outcome: failure === undefined ? 'success' : 'failure' });
      if (failure === undefined) return log.info({ cloud, registry }, 'credential exchanged');
      const detail = failure instanceof Error ? failure.message : String(failure);
      log.warn({ cloud, registry, detail }, 'credential not exchanged, asking without one');
    },
    problem(problem, namespace) {
      const key = `${namespace} ${problem}`;
      if (told.has(key)) return;
      if (told.size >= MAX_TOLD) told.clear();
      told.add(key);
      log.warn({ ...(namespace !== undefined && { namespace }), detail: problem }, 'registry access is misconfigured');
    },
  };
}
