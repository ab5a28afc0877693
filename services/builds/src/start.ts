import { connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { BuildsConfig } from './config.ts';
import { startController } from './start-controller.ts';
import { startGitHooks } from './start-git-hooks.ts';
import { createTelemetry } from './telemetry.ts';

/** The composition root: connects to NATS and Kubernetes, then starts the controller and the consumer of git hooks. */
export async function startBuilds(context: ServiceContext<BuildsConfig>): Promise<void> {
  const { config, log, metrics, health, signal, defer } = context;
  const telemetry = createTelemetry(metrics, log);

  health.set('nats', { ready: false, detail: 'connecting' });
  const bus = defer(
    await connectBus({
      servers: config.natsUrl,
      name: 'builds',
      prefix: config.subjectPrefix,
      signal,
      ...(config.natsCreds && { credsFile: config.natsCreds }),
      onStatus: (status) =>
        health.set(
          'nats',
          status.kind === 'connected'
            ? { ready: true, detail: `connected to ${status.server}` }
            : { ready: false, detail: status.reason },
        ),
    }),
  );
  await bus.ensureStreams(allStreams, { signal });

  const kube = defer(
    await connectKube({
      userAgent: 'tagstream-builds',
      onRequest: telemetry.requested,
      ...(config.kubeconfig && { kubeconfig: config.kubeconfig }),
    }),
  );
  const parts = { ...context, bus, kube, telemetry };
  await startController(parts);
  startGitHooks(parts);
}
