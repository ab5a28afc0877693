import { commonBuildFields, commonBuildRules } from './build-common.ts';
import { buildTriggers } from './build-triggers.ts';
import { conditionFields } from './condition.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import type { OpenApiSchemas } from './pod-template.ts';
import { count, instant, list, long, object, type Rule, type Schema, text } from './schema.ts';

/** OpenShift: finished builds of each class that are kept when the BuildConfig does not say. */
const DEFAULT_LIMIT = 5;

const historyLimit = (which: string): Schema =>
  count(`How many ${which} builds to keep. null: all.`, { minimum: 0, nullable: true, default: DEFAULT_LIMIT });

const knownPolicy: Rule = {
  rule: "!has(self.runPolicy) || self.runPolicy in ['', 'Parallel', 'Serial', 'SerialLatestOnly']",
  message: 'run policy must be Parallel, Serial, or SerialLatestOnly',
  fieldPath: '.runPolicy',
};

const spec = (schemas: OpenApiSchemas): Schema =>
  object(
    'What to build, how, and when.',
    {
      ...commonBuildFields(schemas),
      triggers: buildTriggers,
      runPolicy: text('Serial (default), SerialLatestOnly or Parallel.', { maxLength: 64 }),
      successfulBuildsHistoryLimit: historyLimit('successful'),
      failedBuildsHistoryLimit: historyLimit('failed'),
    },
    { required: ['strategy'], 'x-kubernetes-validations': [...commonBuildRules, knownPolicy] },
  );

const status: Schema = object(
  'Which builds there were. Written by the system.',
  {
    lastVersion: long('Number of the newest Build.', {
      minimum: 0,
      default: 0,
      'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'cannot be decremented' }],
    }),
    imageChangeTriggers: list(
      'What the ImageChange triggers have led to.',
      object('One of them.', {
        lastTriggeredImageID: text('Pull spec of the image that last started a build.'),
        from: object(
          'The tag.',
          { namespace: text('Namespace of the stream.'), name: text('<stream>:<tag>.') },
          { nullable: true },
        ),
        lastTriggerTime: instant('When that was.'),
      }),
    ),
    conditions: list(
      'Conditions of the BuildConfig.',
      object('A condition.', { type: text('Valid.'), ...conditionFields }, { required: ['type', 'status'] }),
      { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    ),
    sourceSummary: text('Where the source comes from, shortened for display.'),
  },
  { default: {} },
);

/** The definition of `buildconfigs.build.openshift.io`. */
export const buildConfigDefinition = (schemas: OpenApiSchemas): object =>
  customResourceDefinition({
    group: 'build.openshift.io',
    kind: 'BuildConfig',
    plural: 'buildconfigs',
    singular: 'buildconfig',
    shortName: 'bc',
    description: 'Says how an image is built, and what starts a build.',
    spec: spec(schemas),
    specRequired: true,
    status,
    columns: [
      { name: 'Type', type: 'string', jsonPath: '.spec.strategy.type', description: 'How it is built' },
      { name: 'From', type: 'string', jsonPath: '.status.sourceSummary', description: 'Where the source comes from' },
      { name: 'Latest', type: 'integer', jsonPath: '.status.lastVersion', description: 'Number of the newest Build' },
    ],
  });
