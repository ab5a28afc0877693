import type { ImageStream, NormalDeploymentConfig } from '@tagstream/api-types';
import { followedTags, type TagResolver } from '@tagstream/deployment';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import { type StreamView, viewStream } from './views.ts';

/** Reads what the tags that a DeploymentConfig follows resolve to at this moment: one read a stream. */
export async function readTags(kube: Pick<KubeClient, 'get'>, dc: NormalDeploymentConfig): Promise<TagResolver> {
  const streams = new Map<string, StreamView>();
  for (const { namespace, stream } of followedTags(dc)) {
    const id = `${namespace}/${stream}`;
    if (!streams.has(id)) streams.set(id, await readStream(kube, namespace, stream));
  }
  return (namespace, stream, tag) => streams.get(`${namespace}/${stream}`)?.get(tag);
}

async function readStream(kube: Pick<KubeClient, 'get'>, namespace: string, name: string): Promise<StreamView> {
  try {
    return viewStream(await kube.get<ImageStream>({ resource: resources.imageStreams, namespace, name }));
  } catch (error) {
    if (isKubeError(error, 'not_found')) return new Map();
    throw error;
  }
}
