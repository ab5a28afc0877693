import { type Bus, connectBus } from '@tagstream/bus';
import { connectKube, type KubeClient } from '@tagstream/kube';
import { kubeOptions, natsOptions, reportConnection, type ServiceContext } from '@tagstream/service';
import type { BuilderConfig } from './config.ts';
import type { Telemetry } from './telemetry.ts';

/** Connects to NATS and Kubernetes. */
export async function connect(
  context: ServiceContext<BuilderConfig>,
  telemetry: Telemetry,
): Promise<{ readonly bus: Bus; readonly kube: KubeClient }> {
  const { health, defer } = context;
  const onStatus = reportConnection(health, 'nats');
  const bus = defer(await connectBus({ ...natsOptions(context), onStatus }));
  const kube = defer(await connectKube({ ...kubeOptions(context), onRequest: telemetry.requested }));
  return { bus, kube };
}
