import type { ImageStream, NamedTagEventList, TagReference } from '@tagstream/api-types';
import type { OwnRegistry } from '../../src/own-registry/own-registry.ts';
import { type OwnStream, viewOwnStream } from '../../src/own-registry/own-stream.ts';
import { digest } from '../tags.ts';

export const HOST = 'registry.local:5000';

export const registry: OwnRegistry = {
  host: HOST,
  names: new Set([HOST, 'registry.example.com']),
  insecure: true,
};

/** A status tag whose newest item was pushed into the stream's own repository. */
export const pushedTag = (tag: string, hexDigit: string): NamedTagEventList => ({
  tag,
  items: [itemOf(`${HOST}/shop/web`, hexDigit)],
  pushedImage: digest(hexDigit),
});

export const itemOf = (repository: string, hexDigit: string) => ({
  created: '2026-11-20T09:00:00.000Z',
  dockerImageReference: `${repository}@${digest(hexDigit)}`,
  image: digest(hexDigit),
  generation: 1,
});

interface StreamParts {
  readonly name?: string;
  readonly uid?: string;
  readonly annotations?: Record<string, string>;
  readonly spec?: readonly TagReference[];
  readonly status?: readonly NamedTagEventList[];
}

/** An ImageStream in namespace `shop`, `web` unless named otherwise. */
export const streamOf = ({ name = 'web', uid = 'uid-1', annotations, spec = [], status = [] }: StreamParts = {}) =>
  ({
    metadata: { namespace: 'shop', name, uid, generation: 1, ...(annotations && { annotations }) },
    spec: { tags: [...spec] },
    status: { tags: [...status] },
  }) satisfies ImageStream;

/** The view of it. */
export const ownStream = (parts: StreamParts = {}): OwnStream => viewOwnStream(streamOf(parts), registry);
