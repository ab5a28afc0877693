import { randomUUID } from 'node:crypto';
import type { ImageStream, TagReference } from '@tagstream/api-types';
import { RegistryPoll, RegistryPush, RegistryStream } from '@tagstream/events';
import { applyRegistryPoll } from '@tagstream/image-stream';
import { resources } from '@tagstream/kube';
import { openPlace, type Place } from '@tagstream/testing';
import type { Poll } from '../src/memory.ts';

/** A namespace and a part of the bus of a test's own, with what the poller works between at hand. */
export interface Cluster extends Place {
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
  const place = await openPlace(natsUrl, kubeconfig, 'poller');
  const { namespace, kube, bus } = place;
  const polls: Poll[] = [];
  bus.subscribe(RegistryPoll, { stream: RegistryStream, from: 'all', onEvent: ({ data }) => void polls.push(data) });
  const keyOf = (name: string) => ({ resource: resources.imageStreams, namespace, name });
  return {
    ...place,
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
  };
}
