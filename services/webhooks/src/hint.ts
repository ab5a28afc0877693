import { createHash } from 'node:crypto';
import { isDigest } from '@tagstream/image-ref';
import type { IgnoreReason, ParseContext, PushHint } from './sender.ts';
import { whyNotFollowed } from './tag-names.ts';

/** What a payload says about one push, in the sender's own words. Nothing of it is checked yet. */
export interface Claim {
  /** What the sender calls its registry; undefined when only the receiver's configuration knows. */
  readonly host: string | null | undefined;
  /** Host that the configuration gives this push in particular. */
  readonly configuredHost?: string | undefined;
  readonly repository: string | null | undefined;
  readonly tag: string | null | undefined;
  readonly digest?: string | null | undefined;
  readonly mediaType?: string | null | undefined;
  /** ISO 8601 or similar, or seconds since the epoch. */
  readonly pushedAt?: string | number | null | undefined;
  readonly actor?: string | null | undefined;
  readonly deliveryId: string;
}

/** Longest text of no fixed form that is passed on. Names of people and machines are shorter. */
const MAX_TEXT = 256;

/** Years in which a push can have happened: outside of them a clock is broken. */
const FIRST_INSTANT_MS = Date.UTC(2000, 0, 1);
const LAST_INSTANT_MS = Date.UTC(2100, 0, 1);

/** What a tag can point to. Layers and configs are announced as pushes too. */
const MANIFEST_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]);

/**
 * Makes a hint of a claim, or says why it is none. What a push must say is checked and brought into normal form; what it may
 * say is left away when it makes no sense, because the push itself still counts.
 * @param source name of the sender.
 */
export function hintOf(source: string, claim: Claim, { nameRegistry, options }: ParseContext): PushHint | IgnoreReason {
  const { digest, mediaType, actor } = claim;
  if (mediaType && !MANIFEST_TYPES.has(mediaType)) return 'media-type';
  const tag = claim.tag ?? '';
  const reason = whyNotFollowed(tag);
  if (reason !== null) return reason;
  const host = claim.configuredHost ?? options.registry ?? claim.host;
  if (!host) return 'no-registry';
  const name = claim.repository ? nameRegistry(host, claim.repository) : null;
  if (name === null) return 'malformed';
  const pushedAt = toInstant(claim.pushedAt);
  return {
    source,
    ...name,
    tag,
    ...(digest && isDigest(digest) && { claimedDigest: digest }),
    ...(mediaType && { mediaType }),
    ...(pushedAt !== undefined && { pushedAt }),
    ...(actor && { actor: actor.slice(0, MAX_TEXT) }),
    deliveryId: shortId(claim.deliveryId),
  };
}

/**
 * An instant as events carry it. Senders write time zones and any number of fractional digits, or seconds since the epoch.
 * @returns undefined for what is no instant: a missing time must not lose a push.
 */
export function toInstant(time: string | number | null | undefined): string | undefined {
  const ms = typeof time === 'number' ? time * 1000 : Date.parse(time ?? '');
  return ms >= FIRST_INSTANT_MS && ms <= LAST_INSTANT_MS ? new Date(ms).toISOString() : undefined;
}

/** Ids are passed on and remembered: an absurdly long one is replaced by its hash. */
function shortId(id: string): string {
  return id.length <= MAX_TEXT ? id : createHash('sha256').update(id).digest('hex');
}
