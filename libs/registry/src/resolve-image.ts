import { type ImageReference, withDigest } from '@tagstream/image-ref';
import { chooseChild } from './choose-child.ts';
import { describeImage, type ImageDetails } from './describe-image.ts';
import { RegistryError } from './errors.ts';
import type { ChildDescriptor, Platform } from './manifest.ts';
import { mapBounded } from './map-bounded.ts';
import type { CallOptions, FetchedManifest, RegistryClient } from './types.ts';

/** Lists in lists in lists; nothing real nests deeper than once. */
const MAX_NESTING = 3;

/** Children of a list that are imported; official images have up to some twenty, attestations included. */
const MAX_CHILDREN = 100;

/** Children that are asked for at the same time. */
const PARALLEL_CHILDREN = 4;

export interface ResolveOptions extends CallOptions {
  /** OpenShift: `importPolicy.importMode` of the tag; empty or absent is Legacy. */
  readonly importMode?: 'Legacy' | 'PreserveOriginal' | '';
  /** Which manifest of a list to choose in Legacy mode. */
  readonly platform: Pick<Platform, 'architecture' | 'os'>;
}

/** What an import records about a tag. */
export interface ResolvedImage {
  /** Digest to record: of the image itself, of the chosen child, or of the list when it is preserved. */
  readonly image: string;
  /** What the tag points to. */
  readonly manifest: { readonly digest: string; readonly mediaType: string };
  /** What the tag's manifest offers: the platforms of a list in its order, else the one of the image. */
  readonly platforms: readonly Platform[];
  /** Children of a list, all of them, as the list describes them; empty for a plain image. */
  readonly children: readonly ChildDescriptor[];
  /** The image that was chosen; for a preserved list every child, in its order. */
  readonly images: readonly ImageDetails[];
}

type Reader = Pick<RegistryClient, 'getManifest' | 'getBlob' | 'headBlob'>;

/**
 * Finds the image that a reference stands for, by OpenShift's rules. Legacy: a list is represented by one of its manifests
 * (see {@link chooseChild}), whose digest is the one to record even if the list was asked for by digest. PreserveOriginal:
 * the list itself is recorded, and each of its manifests must be there with its configuration; a manifest in it that is
 * again a list is represented by one image. A plain image is itself in both modes.
 *
 * The result depends on content alone, so for a reference with a digest it can be kept as long as one likes.
 *
 * @throws {RegistryError} what the client throws; `not_found` also when a part of the image is missing, `invalid` for an
 *   empty list, `unsupported` for lists nested too deep, `too_large` for a list of too many manifests to preserve.
 */
export async function resolveImage(
  client: Reader,
  ref: ImageReference,
  options: ResolveOptions,
): Promise<ResolvedImage> {
  const top = await client.getManifest(ref, options);
  const manifest = { digest: top.digest, mediaType: top.mediaType };
  if (top.manifest.kind !== 'index') {
    const details = await describeImage(client, ref, top, options);
    return { image: top.digest, manifest, platforms: [details.config.platform], children: [], images: [details] };
  }
  const children = top.manifest.manifests;
  const platforms = children.flatMap((child) => child.platform ?? []);
  if (options.importMode !== 'PreserveOriginal') {
    const details = await single(client, ref, top, options);
    return { image: details.digest, manifest, platforms, children, images: [details] };
  }
  if (children.length > MAX_CHILDREN) {
    throw new RegistryError('too_large', `The list ${top.digest} has more than ${MAX_CHILDREN} manifests.`);
  }
  const images = await mapBounded(children, PARALLEL_CHILDREN, async ({ digest }) =>
    single(client, ref, await client.getManifest(withDigest(ref, digest), options), options),
  );
  return { image: top.digest, manifest, platforms, children, images };
}

/** The one image that a manifest stands for: itself, or the chosen one of a list, however deep. */
async function single(
  client: Reader,
  ref: ImageReference,
  fetched: FetchedManifest,
  options: ResolveOptions,
): Promise<ImageDetails> {
  let current = fetched;
  for (let depth = 0; current.manifest.kind === 'index'; depth++) {
    if (depth === MAX_NESTING) {
      throw new RegistryError('unsupported', `The list ${fetched.digest} nests lists more than ${MAX_NESTING} deep.`);
    }
    const child = chooseChild(current.manifest.manifests, options.platform);
    if (child === undefined) throw new RegistryError('invalid', `The list ${current.digest} is empty.`);
    current = await client.getManifest(withDigest(ref, child.digest), options);
  }
  return describeImage(client, ref, current, options);
}
