import type { ImageStream, ImageStreamStatus, NamedTagEventList } from '@tagstream/api-types';
import { summarizeTags } from '@tagstream/image-stream';
import { isKubeError, type KubeClient } from '@tagstream/kube';
import { type StreamName, streamNameOf, streamObject } from './stream-key.ts';

/** Reads a stream as the API server has it now; undefined when there is none. */
export async function readStream(kube: Pick<KubeClient, 'get'>, stream: StreamName): Promise<ImageStream | undefined> {
  try {
    return await kube.get<ImageStream>(streamObject(stream));
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Fields of the status to write. */
type StatusPatch = { readonly tags?: readonly NamedTagEventList[] } & Pick<
  ImageStreamStatus,
  'repositories' | 'conditions'
> & {
    readonly [F in 'dockerImageRepository' | 'publicDockerImageRepository']?: ImageStreamStatus[F] | null;
  };

/**
 * Writes the status of a stream, provided that the stream is still as it was read; returns the written object, or
 * `overtaken` when somebody else was faster. Only the fields given are touched, `null` removes one, and with the tags their
 * summary is written.
 */
export async function writeStatus(
  kube: Pick<KubeClient, 'mergePatch'>,
  read: ImageStream,
  status: StatusPatch,
): Promise<ImageStream | 'overtaken'> {
  const { resourceVersion } = read.metadata;
  try {
    return await kube.mergePatch<ImageStream>(
      streamObject(streamNameOf(read)),
      { metadata: { resourceVersion }, status: { ...status, ...(status.tags && summarizeTags(status.tags)) } },
      { subresource: 'status' },
    );
  } catch (error) {
    if (isKubeError(error, 'conflict', 'not_found')) return 'overtaken';
    throw error;
  }
}
