import type { KubeClient } from '@tagstream/kube';
import { type AccountKubeconfig, accountKubeconfig, applyRights } from '@tagstream/testing';

/** A kubeconfig for the trigger service with the rights that the manifests give it, but for the rules about some kinds. */
export async function createTriggerAccount(
  kube: KubeClient,
  namespace: string,
  adminKubeconfig: string,
  without: readonly string[],
): Promise<AccountKubeconfig> {
  await using stack = new AsyncDisposableStack();
  stack.use(
    await applyRights(kube, 'base/trigger-rights.yaml', namespace, ({ rules, ...object }) => {
      if (rules === undefined) return object;
      const left = rules.map((rule) => ({
        ...rule,
        resources: rule.resources.filter((name) => !without.includes(name)),
      }));
      return { ...object, rules: left.filter((rule) => rule.resources.length > 0) };
    }),
  );
  const account = stack.use(await accountKubeconfig(kube, { namespace, name: 'trigger' }, adminKubeconfig));
  const kept = stack.move();
  return { ...account, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
