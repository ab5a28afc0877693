import { buildSource } from './build-source.ts';
import { buildStrategy, type ContainerParts } from './build-strategy.ts';
import { localReference } from './local-reference.ts';
import { objectReference } from './object-reference.ts';
import { inlined, type OpenApiSchemas } from './pod-template.ts';
import { flag, list, long, object, type Rule, type Schema, text, textMap } from './schema.ts';

const STREAM = '[a-z0-9]+([._-][a-z0-9]+)*';

const output = object(
  'Where the image goes.',
  {
    to: objectReference(
      'The tag that the image is pushed to; absent: nowhere.',
      'ImageStreamTag (default) or DockerImage.',
      '<stream>:<tag> or a pull spec.',
      {
        nullable: true,
        'x-kubernetes-validations': [
          {
            rule: "!has(self.kind) || self.kind in ['', 'ImageStream', 'ImageStreamTag', 'DockerImage']",
            message: 'the target of build output must be an ImageStreamTag or DockerImage',
            fieldPath: '.kind',
          },
          {
            rule: "has(self.name) && self.name != ''",
            message: 'the name of the target is required',
            fieldPath: '.name',
            reason: 'FieldValueRequired',
          },
          {
            rule: `(has(self.kind) && self.kind in ['DockerImage', 'ImageStream']) || !has(self.name) || self.name == '' || self.name.matches('^${STREAM}:[^:]+$')`,
            message: 'must be in the form of <name>:<tag>',
            fieldPath: '.name',
          },
          {
            rule: "!has(self.kind) || self.kind != 'DockerImage' || !has(self.namespace) || self.namespace == ''",
            message: 'namespace is not valid when used with a DockerImage',
            fieldPath: '.namespace',
          },
        ],
      },
    ),
    pushSecret: localReference('Credentials for the registry that it is pushed to.'),
    imageLabels: list(
      'Labels of the image.',
      object(
        'A label.',
        { name: text('Its name.', { minLength: 1 }), value: text('Its value.') },
        { required: ['name'] },
      ),
    ),
  },
  { nullable: true },
);

const user = object('A person.', { name: text('Name.'), email: text('Address.') });

/** Which commit a build is of. */
export const revision = object(
  'Which commit is built.',
  {
    type: text('Git.'),
    git: object(
      'The commit.',
      {
        commit: text('Its hash.', { maxLength: 1024 }),
        author: user,
        committer: user,
        message: text('Its message.'),
      },
      { nullable: true },
    ),
  },
  { nullable: true },
);

const postCommit = object(
  'Command that tests the new image before it is pushed.',
  {
    command: list('Command, in place of the entrypoint.', { type: 'string' }),
    args: list('Arguments.', { type: 'string' }),
    script: text('Shell script.'),
  },
  {
    nullable: true,
    'x-kubernetes-validations': [
      {
        rule: "!has(self.script) || self.script == '' || !has(self.command) || self.command.size() == 0",
        message: 'cannot use command and script together',
      },
    ],
  },
);

/** The fields of a spec that BuildConfigs and Builds share. */
export function commonBuildFields(schemas: OpenApiSchemas): Readonly<Record<string, Schema>> {
  const container = inlined(schemas, 'io.k8s.api.core.v1.Container').properties!;
  const parts: ContainerParts = { env: container.env!, resources: container.resources! };
  return {
    serviceAccount: text('Service account of the build. Default: builder.', { maxLength: 253 }),
    source: buildSource,
    revision,
    strategy: buildStrategy(parts),
    output,
    resources: { ...parts.resources, description: 'Resources of the build.', nullable: true },
    postCommit,
    completionDeadlineSeconds: long('How long the build may take.', { nullable: true, minimum: 1 }),
    nodeSelector: textMap('Labels of nodes that the build may run on.'),
    mountTrustedCA: flag("Trust the cluster's certificate authorities.", { nullable: true }),
  };
}

const NO_SOURCE = ['git', 'binary', 'dockerfile', 'images'].map((name) => `!has(self.source.${name})`).join(' && ');

/** Rules between the fields that BuildConfigs and Builds share. */
export const commonBuildRules: readonly Rule[] = [
  {
    rule: '!has(self.source) || !has(self.source.git) || !has(self.source.binary) || has(self.strategy.customStrategy)',
    message: 'may not be set when git is also set',
    fieldPath: '.source.binary',
  },
  {
    rule:
      "!(has(self.strategy.dockerStrategy) || (has(self.strategy.type) && self.strategy.type == 'Docker')) || " +
      `(has(self.source) && (!(${NO_SOURCE}) || (has(self.source.type) && self.source.type == 'Binary')))`,
    message: 'must provide a value for at least one source input (git, binary, dockerfile, images)',
    fieldPath: '.source',
  },
];
