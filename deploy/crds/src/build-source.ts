import { localReference } from './local-reference.ts';
import { objectReference } from './object-reference.ts';
import { list, object, type Schema, text } from './schema.ts';

/** CEL rules need limits; far above what a build takes in. */
const MAX_IMAGES = 32;
const MAX_PATHS = 64;

/** OpenShift: bytes of an inline Dockerfile. */
const MAX_DOCKERFILE_LENGTH = 60_000;

const mounted = (what: 'secret' | 'configMap', title: string): Schema =>
  object(
    `A ${title} whose files are put into the source.`,
    {
      [what]: { ...localReference(`The ${title}.`), nullable: false },
      destinationDir: text('Directory below the context directory.', { maxLength: 1024 }),
    },
    { required: [what] },
  );

const path = object(
  'Files to copy.',
  {
    sourcePath: text('Absolute path in the image; with /. at its end the content of a directory.', {
      minLength: 1,
      maxLength: 1024,
    }),
    destinationDir: text('Directory below the context directory.', { minLength: 1, maxLength: 1024 }),
  },
  {
    required: ['sourcePath', 'destinationDir'],
    'x-kubernetes-validations': [
      { rule: "self.sourcePath.startsWith('/')", message: 'must be an absolute path', fieldPath: '.sourcePath' },
    ],
  },
);

const image = object(
  'An image whose files are put into the source, or that a Dockerfile names.',
  {
    from: objectReference(
      'The image.',
      'ImageStreamTag, ImageStreamImage or DockerImage.',
      '<stream>:<tag>, <stream>@<image> or a pull spec.',
    ),
    as: list(
      'Names that FROM and COPY --from of the Dockerfile mean the image by.',
      { type: 'string', maxLength: 253 },
      {
        maxItems: MAX_PATHS,
      },
    ),
    paths: list('Files to copy.', path, { maxItems: MAX_PATHS }),
    pullSecret: localReference('Credentials for the registry of the image.'),
  },
  {
    required: ['from'],
    'x-kubernetes-validations': [
      {
        rule: '(has(self.paths) && self.paths.size() > 0) || (has(self.as) && self.as.size() > 0)',
        message: 'paths or as is required',
        fieldPath: '.paths',
        reason: 'FieldValueRequired',
      },
    ],
  },
);

const git = object(
  'A git repository.',
  {
    uri: text('URL of the repository.', { minLength: 1, maxLength: 4096 }),
    ref: text('Branch, tag or commit. Default: master.', { maxLength: 1024 }),
    httpProxy: text('Proxy for http.', { nullable: true }),
    httpsProxy: text('Proxy for https.', { nullable: true }),
    noProxy: text('Hosts that no proxy is used for.', { nullable: true }),
  },
  { nullable: true, required: ['uri'] },
);

/** `spec.source` of a BuildConfig or Build. */
export const buildSource: Schema = object(
  'What is built.',
  {
    type: text('Git, Binary, Dockerfile, Image or None; it follows from the other fields.', { maxLength: 64 }),
    binary: object(
      'The client sends the source with its request.',
      { asFile: text('Name of the file that it is stored as; empty for an archive.', { maxLength: 253 }) },
      {
        nullable: true,
        'x-kubernetes-validations': [
          {
            rule: "!has(self.asFile) || !(self.asFile.contains('/') || self.asFile in ['.', '..'])",
            message: 'file name may not contain slashes or relative path segments',
            fieldPath: '.asFile',
          },
        ],
      },
    ),
    dockerfile: text('A Dockerfile in full, in place of that of the source.', {
      nullable: true,
      maxLength: MAX_DOCKERFILE_LENGTH,
    }),
    git,
    images: list('Images whose files are put into the source.', image, { maxItems: MAX_IMAGES }),
    contextDir: text('Directory of the source that the build works in.', { maxLength: 1024 }),
    sourceSecret: localReference('Credentials for the git repository.'),
    secrets: list('Secrets whose files are put into the source.', mounted('secret', 'Secret'), { maxItems: MAX_PATHS }),
    configMaps: list('ConfigMaps whose files are put into the source.', mounted('configMap', 'ConfigMap'), {
      maxItems: MAX_PATHS,
    }),
  },
  {
    nullable: true,
    'x-kubernetes-validations': [
      {
        rule: "!has(self.contextDir) || !self.contextDir.startsWith('..')",
        message: 'context dir must not be a relative path that leaves the source',
        fieldPath: '.contextDir',
      },
    ],
  },
);
