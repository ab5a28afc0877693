import type { KubeClient } from '@tagstream/kube';
import { type AccountKubeconfig, accountKubeconfig, applyRights } from '@tagstream/testing';

/** A kubeconfig for the service account of the poller, with exactly the rights that the manifests give. */
export interface PollerAccount extends AccountKubeconfig {
  /** Takes the right to read pull secrets away, or gives it back. */
  mayReadSecrets(may: boolean): Promise<void>;
}

/** Applies the manifests in a namespace other than their own, and asks for a token. */
export async function createPollerAccount(
  kube: KubeClient,
  namespace: string,
  adminKubeconfig: string,
): Promise<PollerAccount> {
  await using stack = new AsyncDisposableStack();
  const rights = stack.use(await applyRights(kube, 'base/poller-rights.yaml', namespace));
  const account = stack.use(await accountKubeconfig(kube, { namespace, name: 'poller' }, adminKubeconfig));
  const kept = stack.move();
  return {
    ...account,
    async mayReadSecrets(may) {
      const binding = rights.objects.find(
        ({ kind, metadata }) => kind === 'ClusterRoleBinding' && metadata.name.endsWith('-pull-secrets'),
      );
      if (binding === undefined) throw new Error('the rights hold no binding for pull secrets');
      await (may ? rights.apply(binding) : rights.remove(binding));
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
