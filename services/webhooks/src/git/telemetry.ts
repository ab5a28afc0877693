import type { Log, Metrics } from '@tagstream/service';
import type { KnownHook } from './authenticate.ts';
import type { GitHookTelemetry } from './git-hook-routes.ts';

/** What is told besides what becomes of requests. */
export interface MoreGitTelemetry {
  readonly later: (hook: KnownHook, error: unknown) => void;
  /** A Secret that a trigger names could not be read. */
  readonly secretUnread: (namespace: string, name: string, error: unknown) => void;
}

/** Metrics and log lines about git hooks. Nothing here ever holds a path, a header or a body. */
export function createGitTelemetry(metrics: Metrics, log: Log): GitHookTelemetry & MoreGitTelemetry {
  const received = metrics.counter({
    name: 'tagstream_webhooks_git_received_total',
    help: 'Requests to hooks of BuildConfigs, before anything is checked',
    labels: ['type'],
  });
  const outcomes = metrics.counter({
    name: 'tagstream_webhooks_git_outcomes_total',
    help: 'Deliveries of git hosts whose secret was right, by what became of them',
    labels: ['type', 'outcome'],
  });
  const rejected = metrics.counter({
    name: 'tagstream_webhooks_git_rejected_total',
    help: 'Requests to hooks of BuildConfigs that were answered with 400 or above',
    labels: ['type', 'status'],
  });
  const about = ({ address: { namespace, name, host } }: KnownHook) => ({
    namespace,
    buildConfig: name,
    type: host.type,
  });
  return {
    received: ({ host }) => received.inc({ type: host.type }),
    gitReceived: (hook, result) => {
      const outcome = result.kind === 'skipped' ? result.reason : result.kind;
      outcomes.inc({ type: hook.address.host.type, outcome });
      const fields = about(hook);
      switch (result.kind) {
        case 'built': {
          const { metadata, spec } = result.build;
          const commit = spec.revision?.git?.commit;
          const warning = result.warning;
          return log.info({ ...fields, build: metadata.name, commit, warning }, 'build made by hook');
        }
        case 'deferred':
          return log.warn(fields, 'build is to be made later');
        case 'skipped':
          return log.debug({ ...fields, reason: result.reason }, 'hook without a build');
        case 'unsigned':
          return log.warn(fields, 'hook without a valid signature');
        case 'refused':
          return log.warn({ ...fields, reason: result.message }, 'hook not understood');
        case 'impossible':
          return log.warn({ ...fields, reason: result.message }, 'build could not be made');
        case 'not-stored':
          return log.error({ ...fields, err: result.error }, 'hook could not be stored');
      }
    },
    gitRejected: (address, status) => rejected.inc({ type: address?.host.type ?? 'unknown', status: String(status) }),
    // Names that do not exist are never written down: they may be secrets in the wrong place.
    wrongSecret: ({ namespace, name, host }) =>
      log.warn({ namespace, buildConfig: name, type: host.type }, 'hook without a valid secret'),
    failed: (error) => log.error({ err: error }, 'hook failed by a bug'),
    later: (hook, error) => log.warn({ ...about(hook), err: error }, 'build not made at once'),
    secretUnread: (namespace, name, error) => log.warn({ namespace, name, err: error }, 'Secret of a hook not read'),
  };
}
