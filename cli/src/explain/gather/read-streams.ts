import type { ImageStream } from '@tagstream/api-types';
import type { TagAddress } from '@tagstream/image-stream';
import { isKubeError, resources } from '@tagstream/kube';
import { messageOf } from '../../cli-error.ts';
import type { Session } from '../../session.ts';
import type { StreamRead } from '../facts.ts';

/** Reads the streams of tags; answers what each was found to be. */
export async function readStreams(
  { kube, host }: Session,
  tags: readonly TagAddress[],
): Promise<(namespace: string, name: string) => StreamRead> {
  const reads = new Map<string, StreamRead>();
  for (const { namespace, stream: name } of tags) {
    const id = `${namespace}/${name}`;
    if (reads.has(id)) continue;
    try {
      const key = { resource: resources.imageStreams, namespace, name };
      reads.set(id, { kind: 'stream', stream: await kube.get<ImageStream>(key, { signal: host.signal }) });
    } catch (error) {
      if (isKubeError(error, 'not_found')) reads.set(id, { kind: 'missing' });
      else if (isKubeError(error, 'forbidden')) reads.set(id, { kind: 'unreadable', reason: messageOf(error) });
      else throw error;
    }
  }
  return (namespace, name) => reads.get(`${namespace}/${name}`) ?? { kind: 'missing' };
}
