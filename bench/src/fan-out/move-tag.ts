import type { ImageStream } from '@tagstream/api-types';
import type { Bus } from '@tagstream/bus';
import { RegistryPoll } from '@tagstream/events';
import { importRequest } from '@tagstream/image-stream';
import { type KubeClient, resources } from '@tagstream/kube';
import { imageOf } from './crowd.ts';

/** Creates a stream whose tag `latest` follows a registry. */
export async function createStream(kube: KubeClient, namespace: string, name: string): Promise<void> {
  const from = { kind: 'DockerImage', name: 'registry.example.com/shop/app:latest' };
  const stream: ImageStream = { metadata: { name, namespace }, spec: { tags: [{ name: 'latest', from }] } };
  await kube.create(resources.imageStreams, stream);
}

/** Says what a poller says that found another image behind `<stream>:latest`. */
export async function moveTag(kube: KubeClient, bus: Bus, namespace: string, name: string, n: number): Promise<void> {
  const stream = await kube.get<ImageStream>({ resource: resources.imageStreams, namespace, name });
  const request = importRequest(stream, 'latest', 'webhook');
  if (request === undefined) throw new Error(`${namespace}/${name}:latest is not imported`);
  const { from, specHash, specGeneration, basedOn } = request;
  const { image, reference } = imageOf(n);
  const manifest = { digest: image, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
  await bus.publish(RegistryPoll, {
    namespace,
    stream: name,
    streamUid: stream.metadata.uid ?? '',
    tag: 'latest',
    from,
    specHash,
    specGeneration,
    basedOn,
    cause: 'webhook',
    checkedAt: new Date().toISOString(),
    outcome: { kind: 'image', image, reference, manifest },
  });
}
