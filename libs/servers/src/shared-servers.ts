import type { OnProgress } from './build-tool.ts';
import { startControlPlane } from './control-plane/control-plane.ts';
import { startNats } from './nats.ts';
import { startRegistry } from './registry.ts';
import type { Environment } from './tool-cache.ts';

/** Addresses of one NATS, one cluster and one registry. */
export interface SharedServers extends AsyncDisposable {
  /** `nats://host:port` */
  readonly natsUrl: string;
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  /** Path of a kubectl; just `kubectl` beside a cluster that the environment names. */
  readonly kubectl: string;
  /** `host:port`, as it stands in an image reference. */
  readonly registryHost: string;
}

/**
 * The servers that tests share: those that the environment names by `NATS_URL`, `KUBECONFIG` and `REGISTRY_URL`, which are
 * used as they are and never stopped, and started ones for the rest.
 *
 * @throws ServersError as the start functions do; what was started before is stopped.
 */
export async function startSharedServers(env: Environment, onProgress: OnProgress): Promise<SharedServers> {
  await using started = new AsyncDisposableStack();
  const options = { env, onProgress };
  const natsUrl = env.NATS_URL || started.use(await startNats(options)).url;
  const registryHost = env.REGISTRY_URL
    ? new URL(env.REGISTRY_URL).host
    : started.use(await startRegistry(options)).host;
  const cluster = env.KUBECONFIG
    ? { kubeconfig: env.KUBECONFIG, kubectl: 'kubectl' }
    : started.use(await startControlPlane(options));
  const all = started.move();
  const { kubeconfig, kubectl } = cluster;
  return { natsUrl, kubeconfig, kubectl, registryHost, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
