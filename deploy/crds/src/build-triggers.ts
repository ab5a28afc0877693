import { localReference } from './local-reference.ts';
import { objectReference } from './object-reference.ts';
import { flag, list, object, type Rule, type Schema, text } from './schema.ts';

/** CEL rules need limits. */
const MAX_TRIGGERS = 64;

const STREAM = '[a-z0-9]+([._-][a-z0-9]+)*';

const secretGiven: Rule = {
  rule: "(has(self.secret) && self.secret != '') || has(self.secretReference)",
  message: 'must provide a value for at least one of secret or secretReference',
};

const namedReference: Rule = {
  rule: "!has(self.secretReference) || (has(self.secretReference.name) && self.secretReference.name != '')",
  message: 'the name of the Secret is required',
  fieldPath: '.secretReference.name',
  reason: 'FieldValueRequired',
};

const noEnv: Rule = {
  rule: '!has(self.allowEnv) || !self.allowEnv',
  message: 'git webhooks cannot allow env vars',
  fieldPath: '.allowEnv',
};

const webHook = (sender: string, rules: readonly Rule[]): Schema =>
  object(
    `Hooks of ${sender}.`,
    {
      secret: text('Last part but one of the URL. Deprecated: use secretReference.', { maxLength: 1024 }),
      allowEnv: flag('Whether hooks may bring environment variables; generic ones only.'),
      secretReference: localReference('Secret whose key WebHookSecretKey is used in place of secret.'),
    },
    { nullable: true, 'x-kubernetes-validations': rules },
  );

const needsBody = (types: readonly string[], field: string): Rule => ({
  rule: `!(self.type in [${types.map((type) => `'${type}'`).join(', ')}]) || has(self.${field})`,
  message: `required for a ${types[0]} trigger`,
  fieldPath: `.${field}`,
  reason: 'FieldValueRequired',
});

const imageChange = object(
  'Which tag to follow.',
  {
    lastTriggeredImageID: text('Deprecated: see status.imageChangeTriggers.'),
    from: objectReference("The tag to follow; absent: the strategy's.", 'ImageStreamTag.', '<stream>:<tag>.', {
      nullable: true,
      'x-kubernetes-validations': [
        {
          rule: "has(self.kind) && self.kind == 'ImageStreamTag'",
          message: 'only ImageStreamTag references are supported for imageChange triggers',
          fieldPath: '.kind',
        },
        {
          rule: `has(self.name) && self.name.matches('^${STREAM}:[^:]+$')`,
          message: 'must be in the form of <name>:<tag>',
          fieldPath: '.name',
        },
      ],
    }),
    paused: flag('True: a new image starts no build.'),
  },
  { nullable: true },
);

const trigger = object(
  'Something that starts a build.',
  {
    type: text('GitHub, GitLab, Bitbucket, Generic, ImageChange or ConfigChange.', { maxLength: 64 }),
    github: webHook('GitHub', [secretGiven, namedReference, noEnv]),
    gitlab: webHook('GitLab', [secretGiven, namedReference, noEnv]),
    bitbucket: webHook('Bitbucket', [secretGiven, namedReference, noEnv]),
    generic: webHook('any sender', [secretGiven, namedReference]),
    imageChange,
  },
  {
    required: ['type'],
    'x-kubernetes-validations': [
      needsBody(['GitHub', 'github'], 'github'),
      needsBody(['GitLab'], 'gitlab'),
      needsBody(['Bitbucket'], 'bitbucket'),
      needsBody(['Generic', 'generic'], 'generic'),
    ],
  },
);

/** `spec.triggers` of a BuildConfig. */
export const buildTriggers: Schema = list('What starts a build.', trigger, { maxItems: MAX_TRIGGERS });
