import { localReference } from './local-reference.ts';
import { objectReference } from './object-reference.ts';
import { flag, list, object, type Rule, type Schema, text } from './schema.ts';

/** Schemas of the API server that a build shares with a container. */
export interface ContainerParts {
  readonly env: Schema;
  readonly resources: Schema;
}

/** OpenShift: bytes of an inline Jenkinsfile. */
const MAX_JENKINSFILE_LENGTH = 100_000;

const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const variables = ({ env }: ContainerParts, description: string): Schema => ({ ...env, description, nullable: true });

const from = (description: string): Schema =>
  objectReference(
    description,
    'ImageStreamTag (default), ImageStreamImage or DockerImage.',
    '<stream>:<tag>, <stream>@<image> or a pull spec.',
    {
      nullable: true,
      'x-kubernetes-validations': [
        {
          rule: "!has(self.kind) || self.kind in ['', 'ImageStream', 'ImageStreamTag', 'ImageStreamImage', 'DockerImage']",
          message: 'the referenced image source must be ImageStreamTag, ImageStreamImage or DockerImage',
          fieldPath: '.kind',
        },
        {
          rule: "has(self.name) && self.name != ''",
          message: 'the name of the image is required',
          fieldPath: '.name',
          reason: 'FieldValueRequired',
        },
      ],
    },
  );

const dockerStrategy = (parts: ContainerParts): Schema =>
  object(
    'Builds a Dockerfile.',
    {
      from: from('Replaces the image of the last FROM.'),
      pullSecret: localReference('Credentials for the registries of images that the build starts from.'),
      noCache: flag('Build every layer anew.'),
      env: variables(parts, 'Environment variables of the build and the image.'),
      forcePull: flag('Pull the image even when it is there.'),
      dockerfilePath: text('Path below the context directory. Default: Dockerfile.', { maxLength: 1024 }),
      buildArgs: variables(parts, 'Values for ARG.'),
      imageOptimizationPolicy: text('None, SkipLayers or SkipLayersAndWarn.', { nullable: true }),
      volumes: list('Volumes of the build.', anything),
    },
    {
      nullable: true,
      'x-kubernetes-validations': [
        {
          rule: "!has(self.dockerfilePath) || !self.dockerfilePath.matches('^(/.*|[.][.](/.*)?)$')",
          message: 'dockerfilePath must not be an absolute path or start with ..',
          fieldPath: '.dockerfilePath',
        },
      ],
    },
  );

const sourceStrategy = (parts: ContainerParts): Schema =>
  object(
    'Builds by the scripts of a builder image.',
    {
      from: { ...from('The builder image.'), nullable: false },
      pullSecret: localReference('Credentials for the registry of the builder image.'),
      env: variables(parts, 'Environment variables of the build and the image.'),
      scripts: text('URL of the scripts, when they are not in the builder image.'),
      incremental: flag('Take over artifacts of the build before.', { nullable: true }),
      forcePull: flag('Pull the image even when it is there.'),
      volumes: list('Volumes of the build.', anything),
    },
    { nullable: true, required: ['from'] },
  );

const customStrategy = (parts: ContainerParts): Schema =>
  object(
    'Runs an image that does everything itself.',
    {
      from: { ...from('The image.'), nullable: false },
      pullSecret: localReference('Credentials for the registry of the image.'),
      env: variables(parts, 'Environment variables of its container.'),
      exposeDockerSocket: flag('Gives the container the docker socket of its node.'),
      forcePull: flag('Pull the image even when it is there.'),
      secrets: list(
        'Secrets that are mounted.',
        object('A Secret and where it is mounted.', {
          secretSource: localReference('The Secret.'),
          mountPath: text('Path in the container.'),
        }),
      ),
      buildAPIVersion: text('API version in which the Build is handed over.'),
    },
    { nullable: true, required: ['from'] },
  );

const jenkinsPipelineStrategy = (parts: ContainerParts): Schema =>
  object(
    'A pipeline of Jenkins, which has to watch for it.',
    {
      jenkinsfilePath: text('Path of the Jenkinsfile in the source.'),
      jenkinsfile: text('The Jenkinsfile in full.', { maxLength: MAX_JENKINSFILE_LENGTH }),
      env: variables(parts, 'Environment variables of the pipeline.'),
    },
    { nullable: true },
  );

const MEMBERS = ['sourceStrategy', 'dockerStrategy', 'customStrategy', 'jenkinsPipelineStrategy'];

/** OpenShift: `type: Docker` alone is an empty dockerStrategy. */
const EMPTY_DOCKER = `has(self.type) && self.type == 'Docker' && ${MEMBERS.map((name) => `!has(self.${name})`).join(' && ')}`;

const exactlyOne: Rule = {
  rule: `(${EMPTY_DOCKER}) || [${MEMBERS.map((name) => `has(self.${name})`).join(', ')}].filter(given, given).size() == 1`,
  message:
    'must provide a value for exactly one of sourceStrategy, customStrategy, dockerStrategy, or jenkinsPipelineStrategy',
};

/** `spec.strategy` of a BuildConfig or Build. */
export const buildStrategy = (parts: ContainerParts): Schema =>
  object(
    'How it is built: exactly one of the strategies.',
    {
      type: text('Docker, Source, Custom or JenkinsPipeline; it follows from the other fields.', { maxLength: 64 }),
      dockerStrategy: dockerStrategy(parts),
      sourceStrategy: sourceStrategy(parts),
      customStrategy: customStrategy(parts),
      jenkinsPipelineStrategy: jenkinsPipelineStrategy(parts),
    },
    { 'x-kubernetes-validations': [exactlyOne] },
  );
