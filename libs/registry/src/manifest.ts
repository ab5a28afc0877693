import { isDigest } from '@tagstream/image-ref';
import { RegistryError } from './errors.ts';
import { type ManifestKind, manifestKind, mediaTypeOf } from './media-types.ts';

/** Longest list of children or layers that is read. Real indexes have tens; images have at most 127 layers on overlayfs. */
export const MAX_DESCRIPTORS = 1000;

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
}

/** Points to content in the same repository (OCI image specification, "Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface ChildDescriptor extends Descriptor {
  /** Docker lists always have it; an OCI index may leave it out. */
  readonly platform?: Platform;
}

/** A parsed manifest: only the fields that are used, in one shape for Docker's and OCI's formats. */
export type Manifest =
  | { readonly kind: 'image'; readonly config: Descriptor; readonly layers: readonly Descriptor[] }
  | { readonly kind: 'index'; readonly manifests: readonly ChildDescriptor[] }
  | {
      readonly kind: 'schema1';
      readonly architecture: string;
      /** Layers as written, the newest first; the format knows no sizes. */
      readonly layerDigests: readonly string[];
      /** The docker image configuration of the newest layer, as JSON text. */
      readonly v1Compatibility: string;
    };

/**
 * Reads a manifest. The Content-Type decides what it is; a body that names another media type is refused, because two
 * readers could then see two different images in the same bytes (CVE-2021-41190). A registry that sends a type without
 * meaning, such as `text/plain`, is helped out by the body's own `mediaType`.
 *
 * @throws {RegistryError} `unsupported` for a type that is not understood, `invalid` for a body that does not fit it,
 *   `too_large` for more than {@link MAX_DESCRIPTORS} parts.
 */
export function parseManifest(contentType: string, body: Uint8Array): { mediaType: string; manifest: Manifest } {
  const json = parseJson(body);
  const header = mediaTypeOf(contentType);
  const own = typeof json.mediaType === 'string' ? json.mediaType : undefined;
  const mediaType = manifestKind(header) === undefined && own !== undefined ? own : header;
  const kind = manifestKind(mediaType);
  if (kind === undefined) {
    throw new RegistryError(
      'unsupported',
      `The manifest has the media type "${mediaType || 'none'}", which is not an image.`,
    );
  }
  if (own !== undefined && own !== mediaType) {
    throw new RegistryError('invalid', `The manifest was sent as ${mediaType} but calls itself ${own}.`);
  }
  return { mediaType, manifest: READERS[kind](json) };
}

const READERS: Readonly<Record<ManifestKind, (json: Json) => Manifest>> = {
  image: (json) => {
    if (json.manifests !== undefined) throw invalid('is an image manifest but lists manifests');
    return { kind: 'image', config: descriptor(json.config), layers: list(json.layers, 'layers').map(descriptor) };
  },
  index: (json) => {
    if (json.layers !== undefined) throw invalid('is an index but lists layers');
    return { kind: 'index', manifests: list(json.manifests, 'manifests').map(child) };
  },
  schema1: (json) => ({
    kind: 'schema1',
    architecture: typeof json.architecture === 'string' ? json.architecture : '',
    layerDigests: list(json.fsLayers, 'fsLayers').map((layer) => digest(object(layer).blobSum)),
    v1Compatibility: String(object(list(json.history, 'history')[0]).v1Compatibility ?? ''),
  }),
};

type Json = Readonly<Record<string, unknown>>;

function parseJson(body: Uint8Array): Json {
  try {
    return object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (cause) {
    if (cause instanceof RegistryError) throw cause;
    throw new RegistryError('invalid', 'The manifest is not JSON.', { cause });
  }
}

function child(value: unknown): ChildDescriptor {
  const { platform } = object(value);
  if (platform === undefined || platform === null) return descriptor(value);
  const { architecture, os, variant } = object(platform);
  return {
    ...descriptor(value),
    platform: {
      architecture: typeof architecture === 'string' ? architecture : '',
      os: typeof os === 'string' ? os : '',
      ...(typeof variant === 'string' && variant !== '' ? { variant } : {}),
    },
  };
}

function descriptor(value: unknown): Descriptor {
  const { mediaType, size, digest: id } = object(value);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw invalid('has a descriptor without a size');
  return { mediaType: typeof mediaType === 'string' ? mediaType : '', digest: digest(id), size };
}

function digest(value: unknown): string {
  if (typeof value !== 'string' || !isDigest(value)) throw invalid('has a descriptor without a valid digest');
  return value;
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`has no list "${field}"`);
  if (value.length > MAX_DESCRIPTORS) {
    throw new RegistryError(
      'too_large',
      `The manifest has ${value.length} ${field}; at most ${MAX_DESCRIPTORS} are read.`,
    );
  }
  return value;
}

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('is not made of JSON objects');
  return value as Json; // checked the line above; every field is checked where it is read
}

function invalid(what: string): RegistryError {
  return new RegistryError('invalid', `The manifest ${what}.`);
}
