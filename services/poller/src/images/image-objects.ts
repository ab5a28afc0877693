import { type DockerImageMetadata, type Image, imageObjectName } from '@tagstream/api-types';
import { type ImageReference, printImageReference, withDigest } from '@tagstream/image-ref';
import type { ImageDetails, ResolvedImage } from '@tagstream/registry';

/** Says that the lowest layer comes first (OpenShift). */
const LAYERS_ORDER = { 'image.openshift.io/dockerLayersOrder': 'ascending' };

/** Says how many labels of an image did not fit into its object. */
export const OMITTED_LABELS_ANNOTATION = 'poller.tagstream.io/omitted-labels';

/** By which the objects are found that this system has made. */
const MANAGED = { 'app.kubernetes.io/managed-by': 'tagstream' };

/** Characters of labels kept of one image: builders put whole bills of materials there, and etcd takes 1.5 MB. */
const MAX_LABELS_LENGTH = 256 * 1024;

/**
 * The Image objects of what was imported, in the order in which they are to be created: the images of a list before the list,
 * so that whoever sees it finds them. OpenShift: manifest and configuration are not kept, only what they say.
 *
 * @param reference as written in the spec; the repository is recorded, with the digest of each.
 */
export function imageObjects(reference: ImageReference, resolved: ResolvedImage): readonly Image[] {
  const images = resolved.images.map((details) => imageOf(reference, details));
  const isList = resolved.images.every(({ digest }) => digest !== resolved.image);
  const objects = isList ? [...images, listOf(reference, resolved)] : images;
  return [...new Map(objects.map((object) => [object.metadata.name, object])).values()];
}

function imageOf(reference: ImageReference, details: ImageDetails): Image {
  const { labels, omitted } = boundedLabels(details.config.labels);
  return {
    metadata: {
      name: imageObjectName(details.digest),
      labels: MANAGED,
      annotations: { ...LAYERS_ORDER, ...(omitted > 0 && { [OMITTED_LABELS_ANNOTATION]: String(omitted) }) },
    },
    dockerImageReference: printImageReference(withDigest(reference, details.digest)),
    dockerImageMetadata: metadataOf(details, labels),
    dockerImageMetadataVersion: '1.0',
    dockerImageManifestMediaType: details.mediaType,
    dockerImageLayers: details.layers.map(({ digest, size, mediaType }) => ({ name: digest, size, mediaType })),
  };
}

function metadataOf({ config, configDigest, size }: ImageDetails, labels: Record<string, string>): DockerImageMetadata {
  const { created, platform } = config;
  return {
    kind: 'DockerImage',
    apiVersion: 'image.openshift.io/1.0',
    ...(configDigest !== undefined && { Id: configDigest }),
    ...(created !== undefined && !Number.isNaN(Date.parse(created)) && { Created: created }),
    ...(platform.architecture !== '' && { Architecture: platform.architecture }),
    Config: { Labels: labels },
    Size: size,
  };
}

function listOf(reference: ImageReference, { image, manifest, children }: ResolvedImage): Image {
  return {
    metadata: { name: imageObjectName(image), labels: MANAGED },
    dockerImageReference: printImageReference(withDigest(reference, image)),
    dockerImageMetadata: { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0' },
    dockerImageMetadataVersion: '1.0',
    dockerImageManifestMediaType: manifest.mediaType,
    dockerImageManifests: children.map(({ digest, mediaType, size, platform }) => ({
      digest,
      mediaType,
      manifestSize: size,
      architecture: platform?.architecture ?? '',
      os: platform?.os ?? '',
      ...(platform?.variant !== undefined && { variant: platform.variant }),
    })),
  };
}

/** The shortest labels first: what is dropped are the few that no person reads. */
function boundedLabels(labels: Readonly<Record<string, string>>) {
  const kept: [string, string][] = [];
  let length = 0;
  const entries = Object.entries(labels).sort(([, a], [, b]) => a.length - b.length);
  for (const [name, value] of entries) {
    length += name.length + value.length;
    if (length > MAX_LABELS_LENGTH) break;
    kept.push([name, value]);
  }
  const sorted = kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return { labels: Object.fromEntries(sorted), omitted: entries.length - kept.length };
}
