import { customResourceDefinition } from './custom-resource-definition.ts';
import { deploymentConfigStatus } from './deployment-config-status.ts';
import { inlined, type OpenApiSchemas, podTemplate } from './pod-template.ts';
import { count, flag, object, type Rule, type Schema, textMap } from './schema.ts';
import { strategy } from './strategy.ts';
import { triggers } from './triggers.ts';

const TEMPLATE_LABELS = 'has(self.template.metadata) && has(self.template.metadata.labels)';
const STRATEGY_TIMEOUT =
  '(!has(self.strategy) ? 600 : has(self.strategy.rollingParams) ? (has(self.strategy.rollingParams.timeoutSeconds)' +
  ' ? self.strategy.rollingParams.timeoutSeconds : 600) : has(self.strategy.recreateParams) &&' +
  ' has(self.strategy.recreateParams.timeoutSeconds) ? self.strategy.recreateParams.timeoutSeconds : 600)';

const hooked = (params: string, hook: string): Rule => {
  const images = `self.strategy.${params}.${hook}.tagImages`;
  return {
    rule:
      `!has(self.strategy) || !has(self.strategy.${params}) || !has(self.strategy.${params}.${hook}) || !has(${images}) || ` +
      `${images}.all(i, !has(i.containerName) || i.containerName == '' || self.template.spec.containers.exists(c, c.name == i.containerName) || ` +
      `(has(self.template.spec.initContainers) && self.template.spec.initContainers.exists(c, c.name == i.containerName)))`,
    message: 'containerName must be the name of a container of the pod template',
    fieldPath: `.strategy.${params}.${hook}.tagImages`,
  };
};

/**
 * What concerns several parts of the spec. All of them are evaluated at each write, of the status too, and each lookup of a field
 * costs the API server as much as its object has fields: what concerns one field alone stands with that field.
 */
const rules: Rule[] = [
  {
    rule: `(has(self.selector) && self.selector.size() > 0) || (${TEMPLATE_LABELS} && self.template.metadata.labels.size() > 0)`,
    message: 'a selector is required, or labels of the pod template to make it of',
    fieldPath: '.selector',
    reason: 'FieldValueRequired',
  },
  {
    // A list of one names the labels, so that they are looked up once and not for each key.
    rule:
      `!has(self.selector) || self.selector.size() == 0 || (${TEMPLATE_LABELS} && ` +
      '[self.template.metadata.labels].all(labels, self.selector.all(k, k in labels && labels[k] == self.selector[k])))',
    message: 'selector does not match template labels',
    fieldPath: '.template.metadata.labels',
  },
  {
    rule:
      "self.template.spec.containers.all(c, (has(c.image) && c.image != '') || (has(self.triggers) && " +
      "self.triggers.exists(t, t.type == 'ImageChange' && has(t.imageChangeParams) && has(t.imageChangeParams.containerNames) && c.name in t.imageChangeParams.containerNames)))",
    message: 'every container needs an image, or an ImageChange trigger that names it',
    fieldPath: '.template.spec.containers',
    reason: 'FieldValueRequired',
  },
  {
    rule: `!has(self.minReadySeconds) || self.minReadySeconds == 0 || self.minReadySeconds < ${STRATEGY_TIMEOUT}`,
    message: 'must be less than the timeoutSeconds of the strategy',
    fieldPath: '.minReadySeconds',
  },
  hooked('rollingParams', 'pre'),
  hooked('rollingParams', 'post'),
  hooked('recreateParams', 'pre'),
  hooked('recreateParams', 'mid'),
  hooked('recreateParams', 'post'),
];

const spec = (schemas: OpenApiSchemas): Schema => {
  const container = inlined(schemas, 'io.k8s.api.core.v1.Container').properties!;
  return object(
    'What to run, and when to roll out a new version.',
    {
      strategy: strategy({ env: container.env!, resources: container.resources! }),
      minReadySeconds: count('How long a pod must be ready before it counts as available.', { minimum: 0 }),
      triggers,
      replicas: count('How many pods to run.', { minimum: 0, default: 0 }),
      revisionHistoryLimit: count('How many old versions to keep. null: all.', {
        minimum: 0,
        nullable: true,
        default: 10,
      }),
      test: flag('True: run no pods except while a rollout is going on.'),
      paused: flag('True: start no rollouts.'),
      selector: textMap("Labels of the pods. Default: the pod template's labels.", {
        maxProperties: 64,
        additionalProperties: { type: 'string', maxLength: 63 },
      }),
      template: { ...podTemplate(schemas), description: 'The pods to run.' },
    },
    { required: ['template'], 'x-kubernetes-validations': rules },
  );
};

/** The definition of `deploymentconfigs.apps.openshift.io`, with the pod template of the API server whose schemas are given. */
export const deploymentConfigDefinition = (schemas: OpenApiSchemas): object =>
  customResourceDefinition({
    group: 'apps.openshift.io',
    kind: 'DeploymentConfig',
    plural: 'deploymentconfigs',
    singular: 'deploymentconfig',
    shortName: 'dc',
    description: 'Runs pods, and rolls out a new version of them when its triggers say so.',
    spec: spec(schemas),
    specRequired: true,
    status: deploymentConfigStatus,
    columns: [
      {
        name: 'Revision',
        type: 'integer',
        jsonPath: '.status.latestVersion',
        description: 'Version of the newest rollout',
      },
      { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas', description: 'Pods wanted' },
      { name: 'Current', type: 'integer', jsonPath: '.status.updatedReplicas', description: 'Pods of that version' },
      { name: 'Triggered By', type: 'string', jsonPath: '.status.triggeredBy', description: 'What starts a rollout' },
    ],
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.labelSelector',
    },
  });
