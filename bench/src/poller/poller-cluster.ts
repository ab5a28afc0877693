import { join } from 'node:path';
import { connectKube } from '@tagstream/kube';
import { applyCrds, type ServiceProcess, startControlPlane, startNats } from '@tagstream/servers';
import { bundleService } from '../bundled-service.ts';
import { benchDigest } from './bench-image.ts';
import { type CountingRegistry, startCountingRegistry } from './start-registry.ts';
import { type BenchStream, type BenchTag, benchStreams, writeStreams } from './team-streams.ts';

/** How long the registry takes for each answer. */
const SERVICE_TIME_MS = 20;

/** Questions that all pollers together may have under way; the baseline has as many. */
export const IN_FLIGHT = 100;

const CRDS_DIR = join(import.meta.dirname, '../../../deploy/crds');

/** NATS, the control plane, the counting registry, and pollers to be started between them. */
export interface PollerCluster extends AsyncDisposable {
  readonly registry: CountingRegistry;
  /** Writes ImageStreams whose tags are imported already. @param set tells apart what is written later. */
  addTags(set: string, count: number): Promise<readonly BenchTag[]>;
  /** Starts a poller that looks at every tag once in the interval. */
  startPoller(intervalMs: number): Promise<ServiceProcess>;
}

/** Starts the servers. */
export async function startPollerCluster(): Promise<PollerCluster> {
  await using started = new AsyncDisposableStack();
  const poller = started.use(await bundleService('poller'));
  const nats = started.use(await startNats());
  const controlPlane = started.use(await startControlPlane());
  await applyCrds(controlPlane.kubeconfig, CRDS_DIR);
  const kube = started.use(await connectKube({ kubeconfig: controlPlane.kubeconfig, userAgent: 'tagstream-bench' }));
  const registry = await startCountingRegistry(SERVICE_TIME_MS);
  started.defer(() => registry[Symbol.dispose]());
  const running = started.move();
  return {
    registry,
    async addTags(set, count) {
      const streams: readonly BenchStream[] = benchStreams(set, count);
      await writeStreams(kube, streams, registry.host, benchDigest);
      return streams.flatMap(({ tags }) => tags);
    },
    startPoller: (intervalMs) =>
      poller.start({
        NATS_URL: nats.url,
        KUBECONFIG: controlPlane.kubeconfig,
        TAGSTREAM_ADMIN_HOST: '127.0.0.1',
        TAGSTREAM_LOG_LEVEL: 'warn',
        TAGSTREAM_POLL_INTERVAL: `${intervalMs / 1000}s`,
        TAGSTREAM_REGISTRY_CONCURRENCY: String(IN_FLIGHT),
        TAGSTREAM_REGISTRY_RATE: '100000',
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
