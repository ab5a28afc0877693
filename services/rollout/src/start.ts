import { connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube } from '@tagstream/kube';
import { kubeOptions, natsOptions, reportConnection, type ServiceContext } from '@tagstream/service';
import type { RolloutConfig } from './config.ts';
import { startController } from './start-controller.ts';
import { createTelemetry } from './telemetry.ts';

/** The composition root: connects to NATS and Kubernetes, then starts the controller of DeploymentConfigs. */
export async function startRollout(context: ServiceContext<RolloutConfig>): Promise<void> {
  const { log, metrics, health, signal, defer } = context;
  const telemetry = createTelemetry(metrics, log);

  const onStatus = reportConnection(health, 'nats');
  const bus = defer(await connectBus({ ...natsOptions(context), onStatus }));
  await bus.ensureStreams(allStreams, { signal });

  const kube = defer(await connectKube({ ...kubeOptions(context), onRequest: telemetry.requested }));
  await startController({ ...context, bus, kube, telemetry });
}
