import { waitUntil } from '../wait-until.ts';
import { type KubeRequester, kubeRequester } from './kube-request.ts';

const TIMEOUT_MS = 60_000;
const NODE = 'kwok-0';

/** More than any test uses: the node is made of nothing. */
const capacity = { cpu: '10k', memory: '10Ti', 'ephemeral-storage': '10Ti', pods: '10000' };

/** Creates the node that kwok plays, and waits until it is Ready and pods can be created in `default`. */
export async function createFirstObjects(kubeconfigPath: string, signal: AbortSignal): Promise<void> {
  const kube = await kubeRequester(kubeconfigPath);
  try {
    await kube.apply(`/api/v1/nodes/${NODE}`, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: NODE,
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
        labels: { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
      },
      status: { allocatable: capacity, capacity },
    });
    await waitUntil('A Ready node', TIMEOUT_MS, async () => (await isNodeReady(kube)) || undefined, signal);
    await waitUntil(
      'The default service account',
      TIMEOUT_MS,
      () => kube.get('/api/v1/namespaces/default/serviceaccounts/default'),
      signal,
    );
  } finally {
    kube.close();
  }
}

interface Node {
  readonly spec?: { readonly taints?: readonly unknown[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Ready, and without the taint that new nodes bear until the controller-manager has seen them Ready. */
async function isNodeReady(kube: KubeRequester): Promise<boolean> {
  const node = (await kube.get(`/api/v1/nodes/${NODE}`)) as Node | undefined;
  const ready = node?.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false;
  return ready && (node?.spec?.taints ?? []).length === 0;
}
