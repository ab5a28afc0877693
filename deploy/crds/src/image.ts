import { list, long, object, type Schema, text } from './schema.ts';

/** More than any image or list has; bounds the cost of the rule that compares the two lists. */
const MAX_ENTRIES = 2000;

const layer = object('A layer.', {
  name: text('Digest of the layer.'),
  size: long('Bytes, compressed as stored.'),
  mediaType: text('Media type of the layer.'),
});

const manifest = object('A manifest of a list.', {
  digest: text('Digest of the manifest.'),
  mediaType: text('Media type of the manifest.'),
  manifestSize: long('Bytes of the manifest.'),
  architecture: text('Architecture that the image is for.'),
  os: text('Operating system that the image is for.'),
  variant: text('Variant of the architecture.'),
});

const anything = (description: string): Schema => ({
  type: 'object',
  description,
  nullable: true,
  'x-kubernetes-preserve-unknown-fields': true,
});

const fields: Readonly<Record<string, Schema>> = {
  dockerImageReference: text('Where the image was first imported from: repository@digest.', { minLength: 1 }),
  dockerImageMetadata: anything('What the configuration of the image says: a DockerImage.'),
  dockerImageMetadataVersion: text('Version of the metadata.'),
  dockerImageManifest: text('The manifest itself; not filled in by this system.'),
  dockerImageManifestMediaType: text('Media type of the manifest.'),
  dockerImageConfig: text('The configuration itself; not filled in by this system.'),
  dockerImageLayers: list('The layers, the lowest first.', layer, { maxItems: MAX_ENTRIES }),
  dockerImageManifests: list('What a list of manifests refers to.', manifest, { maxItems: MAX_ENTRIES }),
  dockerImageSignatures: list('Signatures of manifests of schema 1.', text('Base64.')),
  signatures: list('Signatures.', anything('A signature.')),
};

/** The definition of `images.image.openshift.io`. It has neither spec nor status: what it describes never changes. */
export const imageDefinition: object = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'images.image.openshift.io', labels: { 'app.kubernetes.io/part-of': 'tagstream' } },
  spec: {
    group: 'image.openshift.io',
    scope: 'Cluster',
    names: { kind: 'Image', listKind: 'ImageList', plural: 'images', singular: 'image' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [
          {
            name: 'Image Reference',
            type: 'string',
            jsonPath: '.dockerImageReference',
            description: 'Where the image was first imported from',
          },
          {
            name: 'Architecture',
            type: 'string',
            jsonPath: '.dockerImageMetadata.Architecture',
            description: 'Architecture that the image is for',
            priority: 1,
          },
          {
            name: 'Size',
            type: 'integer',
            jsonPath: '.dockerImageMetadata.Size',
            description: 'Bytes of layers and configuration',
            priority: 1,
          },
          {
            name: 'Built',
            type: 'date',
            jsonPath: '.dockerImageMetadata.Created',
            description: 'When the image was built',
            priority: 1,
          },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'What is known of one image, or of one list of images.',
            required: ['dockerImageReference'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              ...fields,
            },
            'x-kubernetes-validations': [
              {
                rule: '!has(self.dockerImageLayers) || self.dockerImageLayers.size() == 0 || !has(self.dockerImageManifests) || self.dockerImageManifests.size() == 0',
                message: 'dockerImageManifests: an image has layers or manifests, not both',
              },
              {
                rule: '!has(oldSelf.dockerImageLayers) || (has(self.dockerImageLayers) && self.dockerImageLayers == oldSelf.dockerImageLayers)',
                message: 'dockerImageLayers: cannot be changed',
              },
            ],
          },
        },
      },
    ],
  },
};
