import type { ConnectOptions } from './connect-options.ts';
import { createKubeClient } from './create-kube-client.ts';
import type { KubeClient } from './kube-client.ts';
import { loadAccess } from './load-access.ts';
import { openSession } from './session.ts';
import { createTransport } from './transport.ts';

/** Eight writes in flight fill an API server of two cores; beyond sixteen only the latency grows. */
const DEFAULT_MAX_CONNECTIONS = 16;

/** The API server itself gives requests 60 s; what takes more than half of that is better tried again. */
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;

/**
 * Connects to a Kubernetes cluster: the kubeconfig named, the files of `KUBECONFIG`, the pod's service account, or
 * `~/.kube/config`, in that order. Reads the credentials but sends nothing yet. Dispose of the client to close its
 * connections; what is in flight then fails with `unavailable`.
 * @throws KubeError `invalid` when no cluster is configured or the configuration is wrong.
 */
export async function connectKube(options: ConnectOptions): Promise<KubeClient> {
  const context = { env: options.env ?? process.env, now: Date.now };
  const session = await openSession({
    load: () => loadAccess(options, context),
    maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    now: context.now,
  });
  const requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  const transport = createTransport(session, { ...options, requestTimeoutMs });
  return createKubeClient(transport, async () => await session[Symbol.asyncDispose]());
}
