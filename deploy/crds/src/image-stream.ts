import { conditionFields } from './condition.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { count, flag, instant, list, long, object, type Schema, text } from './schema.ts';
import { specTags } from './spec-tag.ts';

const item = object(
  'An image that the tag pointed to.',
  {
    created: instant('When the tag began to point to it.'),
    dockerImageReference: text('What to pull.', { minLength: 1 }),
    image: text('Digest of the image; empty for a tag that is only a reference.'),
    generation: long('Generation of the spec tag that caused it.'),
  },
  { required: ['dockerImageReference'] },
);

const condition = object(
  'How the last import went, when it failed.',
  {
    type: text('ImportSuccess is the only one.'),
    ...conditionFields,
    generation: long('Generation of the spec tag that was imported.'),
  },
  { required: ['type', 'status'] },
);

const statusTag = object(
  'The history of one tag.',
  {
    tag: text('Name of the tag.'),
    items: list('Images, newest first.', item),
    conditions: list('Problems with the last import.', condition),
    observedSpec: object('Which spec tag the newest item or condition answers to.', {
      hash: text('Hash over what counts as a change of the spec tag.'),
      generation: long('Generation at which that spec tag was first seen.'),
    }),
    pushedImage: text("Digest that was last taken over from the stream's own repository in the cluster's registry."),
  },
  { required: ['tag'] },
);

const repository = object(
  'What a repository was found to contain whose tags are imported as a whole.',
  {
    repository: text('As written in the spec.'),
    tags: list('The tags that are imported because they are in the repository, the most wanted first.', text('Tag.')),
    additionalTags: count('How many more there were.'),
    checkedAt: instant('When the repository was listed, or could not be.'),
    request: text('The request by annotation that this answers.'),
  },
  { required: ['repository', 'checkedAt'] },
);

const status: Schema = object(
  'What the tags point to. Written by the system.',
  {
    dockerImageRepository: text('Repository of the images of this stream, if they have one in common.'),
    publicDockerImageRepository: text('The same repository as seen from outside the cluster.'),
    tags: list('History of every tag.', statusTag, {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['tag'],
    }),
    repositories: list('Repositories whose tags are imported as a whole.', repository),
    conditions: list(
      'What became of the stream as a whole.',
      object(
        'Whether the tags of spec.dockerImageRepository are known.',
        { type: text('RepositoryImported is the only one.'), ...conditionFields },
        { required: ['type', 'status'] },
      ),
      { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    ),
    tagSummary: text('Names of the tags, the latest change first, shortened for display.'),
    lastUpdated: instant('When a tag last changed.'),
  },
  { default: {} },
);

/** Docker's grammar of repositories, without its limits of length; a tag after it is for the other rule to report. */
const REPOSITORY =
  '^([a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]+)?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[^/]*)?$';

const spec: Schema = object(
  'What the tags should follow.',
  {
    lookupPolicy: object(
      'How the names of this stream may be used in pod templates.',
      { local: flag('Whether an image name in this namespace may mean a tag of this stream.') },
      { nullable: true },
    ),
    dockerImageRepository: text('Repository whose tags are all imported. Deprecated: list the tags instead.', {
      maxLength: 512,
      'x-kubernetes-validations': [
        {
          rule: "!self.contains('@') && !self.matches('[^/]:[^/]*$')",
          message: 'must be a repository without a tag or digest',
        },
        {
          rule: `self == '' || self.contains('@') || self.matches('${REPOSITORY}')`,
          message: 'must be a repository: [host[:port]/]path in lower case, without a scheme',
        },
      ],
    }),
    tags: specTags,
  },
  { nullable: true },
);

/** The definition of `imagestreams.image.openshift.io`. */
export const imageStreamDefinition = customResourceDefinition({
  group: 'image.openshift.io',
  kind: 'ImageStream',
  plural: 'imagestreams',
  singular: 'imagestream',
  shortName: 'is',
  description: 'A named set of tags, each with a history of the images that it pointed to.',
  spec,
  specRequired: false,
  status,
  rules: [
    {
      rule: "self.metadata.name.matches('^[a-z0-9]+([._-][a-z0-9]+)*$')",
      message: 'metadata.name: must be lower-case letters and digits, separated by single ".", "-" or "_"',
    },
  ],
  columns: [
    {
      name: 'Image Repository',
      type: 'string',
      jsonPath: '.status.dockerImageRepository',
      description: 'Repository of the images of this stream',
    },
    {
      name: 'Tags',
      type: 'string',
      jsonPath: '.status.tagSummary',
      description: 'Tags, the latest change first',
    },
    { name: 'Updated', type: 'date', jsonPath: '.status.lastUpdated', description: 'When a tag last changed' },
  ],
});
