import { randomUUID } from 'node:crypto';
import type { ImageStream, TagReference } from '@tagstream/api-types';
import { type Bus, connectBus } from '@tagstream/bus';
import { allStreams, RegistryPoll, RegistryPush, RegistryStream } from '@tagstream/events';
import { applyRegistryPoll } from '@tagstream/image-stream';
import { connectKube, type KubeClient, resources } from '@tagstream/kube';
import type { Poll } from '../src/memory.ts';

const { imageStreams, namespaces } = resources;

/** A namespace and a part of the bus of a test's own, with what the poller works between at hand. */
export interface Cluster extends AsyncDisposable {
  readonly namespace: string;
  readonly prefix: string;
  readonly kube: KubeClient;
  /** Everything that was published, in order. */
  readonly polls: readonly Poll[];
  pollsOf(stream: string): readonly Poll[];
  writeStream(name: string, tags: readonly TagReference[]): Promise<void>;
  /** Does to the status what an observation says, as its consumer does. */
  apply(poll: Poll): Promise<void>;
  /** Announces a push as the hooks do; `times` the same delivery. */
  announce(host: string, repository: string, tag: string, options?: { id?: string; digest?: string }): Promise<void>;
}

export async function startCluster(natsUrl: string, kubeconfig: string): Promise<Cluster> {
  const stack = new AsyncDisposableStack();
  const prefix = `poller-${randomUUID().slice(0, 8)}`;
  const namespace = prefix;
  const kube = stack.use(await connectKube({ userAgent: 'test', kubeconfig }));
  await kube.create(namespaces, { metadata: { name: namespace } });
  stack.defer(() => kube.delete({ resource: namespaces, name: namespace }));
  const bus: Bus = stack.use(await connectBus({ servers: natsUrl, name: 'test', prefix }));
  await bus.ensureStreams(allStreams);
  const polls: Poll[] = [];
  bus.subscribe(RegistryPoll, { stream: RegistryStream, from: 'all', onEvent: ({ data }) => void polls.push(data) });
  const keyOf = (name: string) => ({ resource: imageStreams, namespace, name });
  return {
    namespace,
    prefix,
    kube,
    polls,
    pollsOf: (stream) => polls.filter((poll) => poll.stream === stream),
    async writeStream(name, tags) {
      await kube.apply(
        keyOf(name),
        { metadata: { name, namespace }, spec: { tags } },
        { fieldManager: 'test', force: true },
      );
    },
    async apply(poll) {
      const stream = await kube.get<ImageStream>(keyOf(poll.stream));
      const result = applyRegistryPoll(stream, poll, { now: new Date().toISOString() });
      if (result.kind !== 'applied') throw new Error(`the observation does not apply: ${JSON.stringify(result)}`);
      const { resourceVersion } = stream.metadata;
      await kube.mergePatch(
        keyOf(poll.stream),
        { metadata: { resourceVersion }, status: result.status },
        { subresource: 'status' },
      );
    },
    async announce(registry, repository, tag, { id = randomUUID(), digest } = {}) {
      await bus.publish(RegistryPush, {
        source: 'distribution',
        registry,
        repository,
        tag,
        ...(digest !== undefined && { claimedDigest: digest }),
        receivedAt: new Date().toISOString(),
        deliveryId: id,
        verified: 'token',
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
