import { isDigest } from '@tagstream/image-ref';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { collect, contentDeliveryId, readJson, toInstant } from '../payload.ts';
import type { IgnoreReason, ParseContext, PushHint, Sender } from '../sender.ts';
import { verifySharedSecret } from '../shared-secret.ts';
import { whyNotFollowed } from '../tag-names.ts';

/**
 * CNCF distribution's notifications, which GitLab's container registry and others built on it send too.
 * Its `notifications.endpoints[].headers` carry the secret. The queue is in memory and retried until answered with 2xx
 * or 3xx, so a 503 delays a push and loses nothing.
 */
export const distribution: Sender = {
  name: 'distribution',
  verify: verifySharedSecret,
  parse: (body, _headers, context) => {
    const { events } = readJson(Envelope, body, 'a notification envelope of a distribution registry');
    return collect(events.map((event, index) => readEvent(event, () => contentDeliveryId(NAME, body, index), context)));
  },
  sampleFile: 'distribution.json',
};

const NAME = 'distribution';

const Envelope = Compile(Type.Object({ events: Type.Array(Type.Unknown()) }));

const Text = Type.Optional(Type.String());

/** Each event is checked on its own, so that one odd event does not lose the others. */
const Event = Compile(
  Type.Object({
    id: Text,
    timestamp: Text,
    action: Type.String(),
    target: Type.Object({ mediaType: Text, digest: Text, repository: Text, url: Text, tag: Text }),
    request: Type.Optional(Type.Object({ host: Text })),
    actor: Type.Optional(Type.Object({ name: Text })),
  }),
);

/** What a tag can point to. Layers and configs are announced as pushes too. */
const MANIFEST_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]);

function readEvent(event: unknown, fallbackId: () => string, { nameRegistry }: ParseContext): PushHint | IgnoreReason {
  if (!Event.Check(event)) return 'malformed';
  if (event.action !== 'push') return 'action';
  const { target } = event;
  if (target.mediaType !== undefined && !MANIFEST_TYPES.has(target.mediaType)) return 'media-type';
  const reason = whyNotFollowed(target.tag);
  if (reason !== null || target.tag === undefined) return reason ?? 'untagged';
  const host = event.request?.host || hostOf(target.url);
  const name = host && target.repository ? nameRegistry(host, target.repository) : null;
  if (name === null) return 'malformed';
  const pushedAt = toInstant(event.timestamp);
  return {
    source: NAME,
    ...name,
    tag: target.tag,
    ...(target.digest !== undefined && isDigest(target.digest) && { claimedDigest: target.digest }),
    ...(target.mediaType !== undefined && { mediaType: target.mediaType }),
    ...(pushedAt !== undefined && { pushedAt }),
    ...(event.actor?.name && { actor: event.actor.name }),
    deliveryId: event.id || fallbackId(),
  };
}

/** Some registries leave `request` out; the URL of the manifest then names the host. */
function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;
}
