import { randomUUID } from 'node:crypto';
import type { KubeObject } from '@tagstream/api-types';
import { connectKube, type KubeClient, resources } from '@tagstream/kube';

/** A client of the real API server, and a namespace of its own that is removed at the end. */
export interface TestNamespace extends AsyncDisposable {
  readonly client: KubeClient;
  readonly namespace: string;
}

export async function openTestNamespace(kubeconfig: string): Promise<TestNamespace> {
  const client = await connectKube({ kubeconfig, userAgent: 'kube-test/1' });
  const namespace = `kube-${randomUUID().slice(0, 8)}`;
  await client.create<KubeObject>(resources.namespaces, { metadata: { name: namespace } });
  return {
    client,
    namespace,
    async [Symbol.asyncDispose]() {
      await client.delete({ resource: resources.namespaces, name: namespace });
      await client[Symbol.asyncDispose]();
    },
  };
}
