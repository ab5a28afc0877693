import type { BuildRequest } from '@tagstream/api-types';
import { BuildError, instantiateBuild, webHookCause } from '@tagstream/build';
import type { Handler, Outcome } from '@tagstream/bus';
import { type EventData, GitHook, WebhookStream } from '@tagstream/events';
import { type Parts, RETRY } from './parts.ts';

type Hook = EventData<typeof GitHook>;

/** Hooks are few, and each one that is left behind came during an outage. */
const CONCURRENCY = 4;

/**
 * A message is given up after so many deliveries. With waits of up to 30 s this is several hours: longer than an outage, short
 * enough that a message nobody can process comes to an operator's attention.
 */
const MAX_DELIVER = 1000;

/** When a message of a killed replica goes to another one; a message that is being worked on is kept alive. */
const ACK_WAIT_MS = 5000;

/** An image that is missing may come at any moment; in milliseconds. */
const NOT_YET_MS = 15_000;

/** Makes the Builds of hooks that came while the API server did not answer. */
export function startGitHooks(
  parts: Pick<Parts, 'bus' | 'kube' | 'config' | 'clock' | 'health' | 'telemetry' | 'defer'>,
): void {
  const { bus, config, health, telemetry, defer } = parts;
  const consumer = defer(
    bus.consume(GitHook, {
      stream: WebhookStream,
      durable: config.namespace === undefined ? 'builds-git-hooks' : `builds-git-hooks-${config.namespace}`,
      ...(config.namespace && { filter: `webhook.git.${config.namespace}.>` }),
      concurrency: CONCURRENCY,
      maxDeliver: MAX_DELIVER,
      ackWaitMs: ACK_WAIT_MS,
      retry: RETRY,
      keyOf: ({ namespace, buildConfig }) => `${namespace}/${buildConfig}`,
      handler: gitHookHandler(parts),
      observe: telemetry.consumed('builds-git-hooks'),
    }),
  );
  health.check('git hooks', () => consumer.health());
}

function gitHookHandler({ kube, clock, telemetry }: Pick<Parts, 'kube' | 'clock' | 'telemetry'>): Handler<Hook> {
  return async ({ data }): Promise<Outcome> => {
    const { namespace, buildConfig, requestId } = data;
    const config = `${namespace}/${buildConfig}`;
    try {
      const build = await instantiateBuild(kube, requestOf(data), { namespace, requestId, clock });
      telemetry.created('git-hook', { config, build: build.metadata.name });
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      if (error.retryable) return { kind: 'retry', afterMs: NOT_YET_MS, reason: error.message };
      telemetry.refused('git-hook', error.code, { config, err: error });
      return { kind: 'reject', reason: error.message };
    }
  };
}

function requestOf({ namespace, buildConfig, sender, revision, env, dockerStrategyOptions }: Hook): BuildRequest {
  return {
    metadata: { name: buildConfig, namespace },
    triggeredBy: [webHookCause(sender, revision)],
    ...(revision && { revision }),
    ...(env && { env }),
    ...(dockerStrategyOptions && { dockerStrategyOptions }),
  };
}
