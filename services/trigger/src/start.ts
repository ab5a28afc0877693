import { connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube, createPullPermission, permitEveryPull } from '@tagstream/kube';
import { kubeOptions, natsOptions, reportConnection, type ServiceContext } from '@tagstream/service';
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

  const onStatus = reportConnection(health, 'nats');
  const bus = defer(await connectBus({ ...natsOptions(context), onStatus }));
  await bus.ensureStreams(allStreams, { signal });

  const maxConnections = config.patchConcurrency + FREE_CONNECTIONS;
  const kube = defer(await connectKube({ ...kubeOptions(context), maxConnections }));
  const mayPull = config.checkPullPermission ? createPullPermission(kube, clock) : permitEveryPull;
  const parts = { bus, kube, mayPull, config, clock, health, telemetry, signal, defer };
  const inUse = startImagesInUse(parts);
  const streams = await startStreams({ ...parts, keep: inUse.keep });
  await startWorkloads({ ...parts, inUse, readStream: streams.read });
}
