import { randomUUID } from 'node:crypto';
import type { EventData, GitHook } from '@tagstream/events';
import { connectKube, resources, type WatchStatus, watchCache } from '@tagstream/kube';
import { kubeOptions, type ServiceContext } from '@tagstream/service';
import type { WebhooksConfig } from '../config.ts';
import type { GitHookDeps } from './git-hook-routes.ts';
import { createHookSecrets } from './hook-secrets.ts';
import { hookedConfig } from './hooked-config.ts';
import { buildStarter } from './start-build.ts';
import { createGitTelemetry } from './telemetry.ts';

/**
 * Follows the BuildConfigs, so that their hooks can be taken, also while the API server does not answer.
 * @param defer stores a hook whose Build cannot be made at once.
 * @returns what the routes need; undefined where git hooks are switched off.
 * @throws KubeError when no cluster is configured.
 */
export async function startGitHooks(
  context: ServiceContext<WebhooksConfig>,
  defer: (hook: EventData<typeof GitHook>) => Promise<void>,
): Promise<GitHookDeps | undefined> {
  const { config, log, metrics, health, clock, signal } = context;
  if (!config.gitHooks) return undefined;
  const telemetry = createGitTelemetry(metrics, log);
  const kube = context.defer(await connectKube(kubeOptions(context)));
  let status: WatchStatus = { synced: false, connected: false };
  const configs = context.defer(
    watchCache(kube, resources.buildConfigs, {
      ...(config.namespace && { namespace: config.namespace }),
      signal,
      project: hookedConfig,
      onStatus: (next) => {
        status = next;
      },
    }),
  );
  // GitHub repeats nothing, so that nobody is sent here before it is known which hooks there are.
  health.check('git-hooks', () => {
    if (!status.synced) return { ready: false, detail: status.reason ?? 'waiting for the BuildConfigs' };
    return { ready: true, detail: status.connected ? 'open' : `open, without news of BuildConfigs: ${status.reason}` };
  });
  return {
    configs: (namespace, name) => (status.synced ? configs.get(namespace, name) : 'unknown'),
    secrets: createHookSecrets({ kube, clock, onProblem: telemetry.secretUnread }),
    start: buildStarter(kube, clock),
    defer,
    now: () => clock.now(),
    newId: randomUUID,
    onLater: telemetry.later,
    telemetry,
  };
}
