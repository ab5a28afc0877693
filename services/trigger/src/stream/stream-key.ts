import type { ImageStream } from '@tagstream/api-types';
import { type ObjectKey, resources } from '@tagstream/kube';

/** Which ImageStream, by name. */
export interface StreamName {
  readonly namespace: string;
  readonly name: string;
}

/** Key of a stream in queues and maps: `namespace/name`. */
export const streamId = (stream: StreamName): string => `${stream.namespace}/${stream.name}`;

/** The stream that {@link streamId} made a key of. */
export function streamName(id: string): StreamName {
  const slash = id.indexOf('/');
  return { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** The name of a stream that was read. */
export const streamNameOf = ({ metadata }: ImageStream): StreamName => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

/** Where the API server has the stream. */
export const streamObject = (stream: StreamName): ObjectKey => ({ resource: resources.imageStreams, ...stream });
