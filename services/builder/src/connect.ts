import { type Bus, connectBus } from '@tagstream/bus';
import { connectKube, type KubeClient } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { BuilderConfig } from './config.ts';
import type { Telemetry } from './telemetry.ts';

/** Connects to NATS and Kubernetes. */
export async function connect(
  { config, health, signal, defer }: ServiceContext<BuilderConfig>,
  telemetry: Telemetry,
): Promise<{ readonly bus: Bus; readonly kube: KubeClient }> {
  health.set('nats', { ready: false, detail: 'connecting' });
  const bus = defer(
    await connectBus({
      servers: config.natsUrl,
      name: 'builder',
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
  const kube = defer(
    await connectKube({
      userAgent: 'tagstream-builder',
      onRequest: telemetry.requested,
      ...(config.kubeconfig && { kubeconfig: config.kubeconfig }),
    }),
  );
  return { bus, kube };
}
