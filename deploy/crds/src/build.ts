import { commonBuildFields, commonBuildRules, revision } from './build-common.ts';
import { conditionFields } from './condition.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { objectReference } from './object-reference.ts';
import type { OpenApiSchemas } from './pod-template.ts';
import { flag, instant, list, long, object, type Rule, type Schema, text } from './schema.ts';

const webHook = (sender: string): Schema =>
  object(`A hook of ${sender}.`, { revision, secret: text('Never the secret itself.') }, { nullable: true });

const cause = object('Why the build was started.', {
  message: text('In words.'),
  genericWebHook: webHook('any sender'),
  githubWebHook: webHook('GitHub'),
  gitlabWebHook: webHook('GitLab'),
  bitbucketWebHook: webHook('Bitbucket'),
  imageChangeBuild: object(
    'A tag that moved.',
    {
      imageID: text('Pull spec of the image.'),
      fromRef: objectReference('The tag.', 'ImageStreamTag.', '<stream>:<tag>.', { nullable: true }),
    },
    { nullable: true },
  ),
});

/** OpenShift: a Build says what was built; only the push secret is chosen later. */
const FIXED = [
  ...['serviceAccount', 'source', 'revision', 'strategy', 'resources', 'postCommit', 'completionDeadlineSeconds'],
  ...['nodeSelector', 'mountTrustedCA', 'triggeredBy'],
];

const unchanged: readonly Rule[] = FIXED.map((field) => ({
  rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
  message: 'spec is immutable',
  fieldPath: `.${field}`,
}));

const sameTarget: Rule = {
  rule:
    '(has(self.output) && has(self.output.to)) == (has(oldSelf.output) && has(oldSelf.output.to)) && ' +
    '(!has(self.output) || !has(self.output.to) || self.output.to == oldSelf.output.to)',
  message: 'spec is immutable',
  fieldPath: '.output.to',
};

const spec = (schemas: OpenApiSchemas): Schema =>
  object(
    'What is built, and how.',
    { ...commonBuildFields(schemas), triggeredBy: list('Why the build was started.', cause) },
    { required: ['strategy'], 'x-kubernetes-validations': [...commonBuildRules, ...unchanged, sameTarget] },
  );

const TERMINAL = "['Complete', 'Failed', 'Error', 'Cancelled']";

const staysOver: Rule = {
  rule: `!has(oldSelf.phase) || !(oldSelf.phase in ${TERMINAL}) || (has(self.phase) && self.phase == oldSelf.phase)`,
  message: 'phase cannot be updated from a terminal state',
  fieldPath: '.phase',
};

const status: Schema = object(
  'How far the build is. Written by the system and by whoever runs builds.',
  {
    phase: text('New, Pending, Running, Complete, Failed, Error or Cancelled.', {
      enum: ['New', 'Pending', 'Running', 'Complete', 'Failed', 'Error', 'Cancelled'],
    }),
    cancelled: flag('True: whoever runs the build is to stop it.'),
    reason: text('The reason for the phase in one CamelCase word.'),
    message: text('The reason in words.'),
    startTimestamp: instant('When the build began to run.'),
    completionTimestamp: instant('When it ended.'),
    duration: long('How long it took, in nanoseconds.'),
    outputDockerImageReference: text('Where the image is pushed.'),
    config: objectReference('The BuildConfig.', 'BuildConfig.', 'Its name.', { nullable: true }),
    output: object(
      'What came of it.',
      { to: object('The image.', { imageDigest: text('Its digest.') }, { nullable: true }) },
      { nullable: true },
    ),
    stages: list('Steps of the build.', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
    logSnippet: text('The last lines of the log of a build that failed.'),
    conditions: list(
      'One for each phase that was entered.',
      object(
        'A condition.',
        { type: text('A phase.'), lastUpdateTime: instant('When it was last written.'), ...conditionFields },
        { required: ['type', 'status'] },
      ),
      { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    ),
    sourceSummary: text('Where the source comes from, shortened for display.'),
    phaseSummary: text('The phase with its reason, for display.'),
    durationSummary: text('How long it took, for display.'),
  },
  { default: {}, 'x-kubernetes-validations': [staysOver] },
);

/** The definition of `builds.build.openshift.io`. */
export const buildDefinition = (schemas: OpenApiSchemas): object =>
  customResourceDefinition({
    group: 'build.openshift.io',
    kind: 'Build',
    plural: 'builds',
    singular: 'build',
    description: 'One run of a BuildConfig.',
    spec: spec(schemas),
    specRequired: true,
    status,
    columns: [
      { name: 'Type', type: 'string', jsonPath: '.spec.strategy.type', description: 'How it is built' },
      { name: 'From', type: 'string', jsonPath: '.status.sourceSummary', description: 'Where the source comes from' },
      { name: 'Status', type: 'string', jsonPath: '.status.phaseSummary', description: 'How far the build is' },
      { name: 'Started', type: 'date', jsonPath: '.status.startTimestamp', description: 'When it began to run' },
      { name: 'Duration', type: 'string', jsonPath: '.status.durationSummary', description: 'How long it took' },
    ],
  });
