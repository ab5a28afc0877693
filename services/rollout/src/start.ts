import { connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { RolloutConfig } from './config.ts';
import { startController } from './start-controller.ts';
import { createTelemetry } from './telemetry.ts';

/** The composition root: connects to NATS and Kubernetes, then starts the controller of DeploymentConfigs. */
export async function startRollout(context: ServiceContext<RolloutConfig>): Promise<void> {
  const { config, log, metrics, health, signal, defer } = context;
  const telemetry = createTelemetry(metrics, log);

  health.set('nats', { ready: false, detail: 'connecting' });
  const bus = defer(
    await connectBus({
      servers: config.natsUrl,
      name: 'rollout',
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
      userAgent: 'tagstream-rollout',
      onRequest: telemetry.requested,
      ...(config.kubeconfig && { kubeconfig: config.kubeconfig }),
    }),
  );
  await startController({ ...context, bus, kube, telemetry });
}
