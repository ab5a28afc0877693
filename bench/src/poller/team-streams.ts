import type { ImageStream, KubeObject } from '@tagstream/api-types';
import { specTag } from '@tagstream/api-types';
import { applyRegistryPoll, specHash } from '@tagstream/image-stream';
import type { KubeClient } from '@tagstream/kube';
import { resources } from '@tagstream/kube';

/** A tag of a repository in the benchmark's registry. */
export interface BenchTag {
  readonly repository: string;
  readonly tag: string;
}

/** An ImageStream of the benchmark: five tags of one repository, all scheduled. */
export interface BenchStream {
  readonly namespace: string;
  readonly name: string;
  readonly tags: readonly BenchTag[];
}

const TAGS_PER_STREAM = 5;
const STREAMS_PER_REPOSITORY = 4;
const STREAMS_PER_NAMESPACE = 100;

/** Writes to the API server at the same time; more only makes each of them slower. */
const PARALLEL_WRITES = 16;

/** Streams for so many tags: four streams of five tags for each repository. @param set tells apart streams that are added later. */
export function benchStreams(set: string, tags: number): readonly BenchStream[] {
  return Array.from({ length: Math.ceil(tags / TAGS_PER_STREAM) }, (_, stream) => {
    const repository = `${set}-${Math.floor(stream / STREAMS_PER_REPOSITORY)}/app`;
    const first = (stream % STREAMS_PER_REPOSITORY) * TAGS_PER_STREAM;
    return {
      namespace: `${set}-${Math.floor(stream / STREAMS_PER_NAMESPACE)}`,
      name: `app-${stream}`,
      tags: Array.from({ length: TAGS_PER_STREAM }, (_, i) => ({ repository, tag: `v${first + i}` })),
    };
  });
}

/** The object of a stream, as its team would write it. */
export function streamObject(stream: BenchStream, host: string): ImageStream {
  return {
    apiVersion: 'image.openshift.io/v1',
    kind: 'ImageStream',
    metadata: { namespace: stream.namespace, name: stream.name },
    spec: {
      tags: stream.tags.map(({ repository, tag }) => ({
        name: tag,
        from: { kind: 'DockerImage', name: `${host}/${repository}:${tag}` },
        importPolicy: { scheduled: true, insecure: true },
      })),
    },
  };
}

/** The status of a stream whose tags have all been imported: what each check then finds unchanged. */
export function importedStatus(
  stored: ImageStream,
  digestOf: (repository: string) => string,
  tags: readonly BenchTag[],
) {
  let stream = stored;
  for (const { repository, tag } of tags) {
    const spec = specTag(stream, tag);
    if (spec === undefined) throw new Error(`the stored stream ${stored.metadata.name} has no tag ${tag}`);
    const host = spec.from?.name?.split('/')[0];
    const image = digestOf(repository);
    const observation = {
      streamUid: stored.metadata.uid ?? '',
      tag,
      specHash: specHash(spec),
      specGeneration: stored.metadata.generation ?? 1,
      basedOn: null,
      outcome: { kind: 'image', image, reference: `${host}/${repository}@${image}` },
    } as const;
    const result = applyRegistryPoll(stream, observation, { now: '2026-01-01T00:00:00.000Z' });
    if (result.kind !== 'applied') throw new Error(`the tag ${tag} could not be set: ${result.kind}`);
    stream = { ...stream, status: result.status };
  }
  return stream.status;
}

/** Creates the namespaces and the streams with their status; resolves when all are stored. */
export async function writeStreams(
  kube: KubeClient,
  streams: readonly BenchStream[],
  host: string,
  digestOf: (repository: string) => string,
): Promise<void> {
  for (const name of new Set(streams.map(({ namespace }) => namespace))) {
    await kube.create(resources.namespaces, { metadata: { name } } as KubeObject);
  }
  const queue = streams.values();
  const write = async () => {
    for (const stream of queue) {
      const key = { resource: resources.imageStreams, namespace: stream.namespace, name: stream.name };
      const stored = await kube.create(resources.imageStreams, streamObject(stream, host));
      await kube.mergePatch(key, { status: importedStatus(stored, digestOf, stream.tags) }, { subresource: 'status' });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_WRITES }, write));
}
