import { randomUUID } from 'node:crypto';
import { type Bus, connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube, type KubeClient, resources } from '@tagstream/kube';

/** A namespace of a test's own in a shared cluster; disposal deletes it. */
export interface OwnNamespace extends AsyncDisposable {
  readonly namespace: string;
  readonly kube: KubeClient;
}

/** A namespace and a part of the bus of a test's own in shared servers. */
export interface Place extends OwnNamespace {
  /** First token of the subjects; the same as the namespace. */
  readonly prefix: string;
  readonly bus: Bus;
  /** Environment of a service that looks after this place alone. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a namespace whose name nobody else has. @param purpose what its name begins with. */
export async function openNamespace(kubeconfig: string, purpose: string): Promise<OwnNamespace> {
  await using stack = new AsyncDisposableStack();
  const namespace = `${purpose}-${randomUUID().slice(0, 8)}`;
  const kube = stack.use(await connectKube({ userAgent: 'test', kubeconfig }));
  await kube.create(resources.namespaces, { metadata: { name: namespace } });
  stack.defer(() => kube.delete({ resource: resources.namespaces, name: namespace }));
  const kept = stack.move();
  return { namespace, kube, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Makes a namespace and all streams, both of the same name that nobody else has. */
export async function openPlace(natsUrl: string, kubeconfig: string, purpose: string): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const own = stack.use(await openNamespace(kubeconfig, purpose));
  const prefix = own.namespace;
  const bus = stack.use(await connectBus({ servers: natsUrl, name: 'test', prefix }));
  await bus.ensureStreams(allStreams);
  const kept = stack.move();
  return {
    ...own,
    prefix,
    bus,
    env: {
      NATS_URL: natsUrl,
      KUBECONFIG: kubeconfig,
      TAGSTREAM_PREFIX: prefix,
      TAGSTREAM_NAMESPACE: own.namespace,
      TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
