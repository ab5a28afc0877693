import { connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube, createPullPermission, permitEveryPull } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { TriggerConfig } from './config.ts';
import { startImagesInUse } from './images-in-use.ts';
import { startStreams } from './stream/start-streams.ts';
import { createTelemetry } from './telemetry.ts';
import { startWorkloads } from './workload/start-workloads.ts';

/** Streams are read and written without waiting for the workloads that are being written. */
const FREE_CONNECTIONS = 16;

/** The composition root: connects to NATS and Kubernetes, then starts the two halves of this service. */
export async function startTrigger(context: ServiceContext<TriggerConfig>): Promise<void> {
  const { config, log, clock, metrics, health, signal, defer } = context;
  const telemetry = createTelemetry(metrics, log);

  health.set('nats', { ready: false, detail: 'connecting' });
  const bus = defer(
    await connectBus({
      servers: config.natsUrl,
      name: 'trigger',
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
      userAgent: 'tagstream-trigger',
      maxConnections: config.patchConcurrency + FREE_CONNECTIONS,
      ...(config.kubeconfig && { kubeconfig: config.kubeconfig }),
    }),
  );
  const mayPull = config.checkPullPermission ? createPullPermission(kube, clock) : permitEveryPull;
  const parts = { bus, kube, mayPull, config, clock, health, telemetry, signal, defer };
  const inUse = startImagesInUse(parts);
  const streams = await startStreams({ ...parts, keep: inUse.keep });
  await startWorkloads({ ...parts, inUse, readStream: streams.read });
}
