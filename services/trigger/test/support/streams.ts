import type { ImageStream, TagEvent, TagReference } from '@tagstream/api-types';
import type { EventData, RegistryPoll } from '@tagstream/events';
import { importRequest } from '@tagstream/image-stream';
import { streamObject } from '../../src/stream/stream-key.ts';

export const WEB = { namespace: 'shop', name: 'web' };
export const webObject = streamObject(WEB);

/** A digest that is easy to tell apart: 64 times the hex digit. */
export const digest = (hexDigit: string) => `sha256:${hexDigit.repeat(64)}`;

/** The n-th second of a day. */
export const at = (second: number) => new Date(Date.UTC(2026, 10, 21) + second * 1000).toISOString();

/** A history item that was recorded at the given second. */
export const item = (hexDigit: string, second: number, more: Partial<TagEvent> = {}): TagEvent => ({
  created: at(second),
  dockerImageReference: `registry.example.com/shop/web@${digest(hexDigit)}`,
  image: digest(hexDigit),
  generation: 1,
  ...more,
});

export const follows = (name: string, from: string, kind = 'DockerImage'): TagReference => ({
  name,
  from: { kind, name: from },
});

interface Parts {
  readonly uid?: string;
  readonly spec?: readonly TagReference[];
  /** Histories by tag, newest first. */
  readonly tags?: Readonly<Record<string, readonly TagEvent[]>>;
}

export const stream = ({ uid = 'uid-1', spec = [], tags = {} }: Parts = {}): ImageStream => ({
  metadata: { ...WEB, uid, generation: 1 },
  spec: { tags: [...spec] },
  status: { tags: Object.entries(tags).map(([tag, items]) => ({ tag, items: [...items] })) },
});

/** What a poller says that compared a tag of this stream with a registry. */
export function observation(
  source: ImageStream,
  tag: string,
  hexDigit: string,
  more: Partial<EventData<typeof RegistryPoll>> = {},
): EventData<typeof RegistryPoll> {
  const request = importRequest(source, tag, 'webhook');
  if (request === undefined) throw new Error(`${tag} is not imported`);
  const { from, specHash, specGeneration, basedOn } = request;
  const image = digest(hexDigit);
  return {
    namespace: source.metadata.namespace ?? '',
    stream: source.metadata.name,
    streamUid: source.metadata.uid ?? '',
    tag,
    from,
    specHash,
    specGeneration,
    basedOn,
    cause: 'webhook',
    checkedAt: at(100),
    hint: { deliveryId: 'd1', receivedAt: at(99) },
    outcome: {
      kind: 'image',
      image,
      reference: `registry.example.com/shop/web@${image}`,
      manifest: { digest: image, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
    },
    ...more,
  };
}
