import { connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube } from '@tagstream/kube';
import { kubeOptions, natsOptions, reportConnection, type ServiceContext } from '@tagstream/service';
import type { BuildsConfig } from './config.ts';
import { startController } from './start-controller.ts';
import { startGitHooks } from './start-git-hooks.ts';
import { createTelemetry } from './telemetry.ts';

/** The composition root: connects to NATS and Kubernetes, then starts the controller and the consumer of git hooks. */
export async function startBuilds(context: ServiceContext<BuildsConfig>): Promise<void> {
  const { log, metrics, health, signal, defer } = context;
  const telemetry = createTelemetry(metrics, log);

  const onStatus = reportConnection(health, 'nats');
  const bus = defer(await connectBus({ ...natsOptions(context), onStatus }));
  await bus.ensureStreams(allStreams, { signal });

  const kube = defer(await connectKube({ ...kubeOptions(context), onRequest: telemetry.requested }));
  const parts = { ...context, bus, kube, telemetry };
  await startController(parts);
  startGitHooks(parts);
}
