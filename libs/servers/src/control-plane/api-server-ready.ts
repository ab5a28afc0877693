import { kubeRequester } from './kube-request.ts';

/** True once the API server that a kubeconfig names has finished its start; rejects while it does not answer. */
export async function isApiServerReady(kubeconfig: string): Promise<boolean> {
  const kube = await kubeRequester(kubeconfig);
  try {
    return (await kube.get('/readyz')) === 'ok';
  } finally {
    kube.close();
  }
}
