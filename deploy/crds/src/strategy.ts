import { lifecycleHook } from './lifecycle-hook.ts';
import { list, long, object, type Rule, type Schema, text, textMap } from './schema.ts';

/** Schemas of the API server that the strategy shares with a container. */
export interface ContainerParts {
  readonly env: Schema;
  readonly resources: Schema;
}

const seconds = (description: string): Schema => long(description, { nullable: true, minimum: 1 });

const NON_NEGATIVE: Rule = {
  rule: "self == null || (type(self) == int ? self >= 0 : string(self).matches('^[0-9]+%$'))",
  message: 'must be a non-negative integer or a percentage such as "25%"',
};

const countOrPercent = (description: string, rules: readonly Rule[] = []): Schema => ({
  'x-kubernetes-int-or-string': true,
  nullable: true,
  maxLength: 16,
  description,
  'x-kubernetes-validations': [NON_NEGATIVE, ...rules],
});

const rollingParams = ({ env }: ContainerParts): Schema =>
  object(
    'How a Rolling rollout replaces pods.',
    {
      updatePeriodSeconds: seconds('Pause between pod updates. Default 1.'),
      intervalSeconds: seconds('Pause between looks at the state of the pods. Default 1.'),
      timeoutSeconds: seconds('How long to wait for progress before the rollout fails. Default 600.'),
      maxUnavailable: countOrPercent('How many pods may be missing meanwhile, a number or a percentage. Default 25%.', [
        {
          rule: "self == null || type(self) == int || !string(self).endsWith('%') || string(self).matches('^0*(100|[0-9]{1,2})%$')",
          message: 'must not be greater than 100%',
        },
      ]),
      maxSurge: countOrPercent('How many pods may be too many meanwhile, a number or a percentage. Default 25%.'),
      pre: lifecycleHook('Runs before any pod is replaced.', env),
      post: lifecycleHook('Runs after the new version is complete.', env),
    },
    {
      nullable: true,
      'x-kubernetes-validations': [
        {
          rule: "!has(self.maxSurge) || !has(self.maxUnavailable) || self.maxSurge == null || self.maxUnavailable == null || !string(self.maxSurge).matches('^0+%?$') || !string(self.maxUnavailable).matches('^0+%?$')",
          message: 'cannot be 0 when maxSurge is 0 as well',
          fieldPath: '.maxUnavailable',
        },
      ],
    },
  );

const recreateParams = ({ env }: ContainerParts): Schema =>
  object(
    'How a Recreate rollout replaces pods.',
    {
      timeoutSeconds: seconds('How long to wait for progress before the rollout fails. Default 600.'),
      pre: lifecycleHook('Runs before the old version is scaled down.', env),
      mid: lifecycleHook('Runs while no pod of either version runs.', env),
      post: lifecycleHook('Runs after the new version is complete.', env),
    },
    { nullable: true },
  );

const customParams = ({ env }: ContainerParts): Schema =>
  object(
    'The pod that carries out a Custom rollout.',
    {
      image: text('Image of the pod.'),
      environment: { ...env, description: 'Environment variables of the pod.', nullable: true },
      command: list('Command of the pod.', { type: 'string' }),
    },
    { nullable: true },
  );

const TIMEOUT =
  '(has(self.rollingParams) ? (has(self.rollingParams.timeoutSeconds) ? self.rollingParams.timeoutSeconds : 600)' +
  ' : has(self.recreateParams) && has(self.recreateParams.timeoutSeconds) ? self.recreateParams.timeoutSeconds : 600)';

/** How a DeploymentConfig goes from one version to the next. */
export const strategy = (parts: ContainerParts): Schema =>
  object(
    'How to go from one version to the next.',
    {
      type: text('Rolling (default), Recreate or Custom.', { maxLength: 64 }),
      rollingParams: rollingParams(parts),
      recreateParams: recreateParams(parts),
      customParams: customParams(parts),
      resources: {
        ...parts.resources,
        description: 'Resources of the pod that carries out a Custom rollout.',
        nullable: true,
      },
      labels: textMap('Labels added to hook pods and to the pod of a Custom rollout.'),
      annotations: textMap('Annotations added to hook pods and to the pod of a Custom rollout.'),
      activeDeadlineSeconds: long('How long such a pod may run. Default 21600.', { nullable: true, minimum: 0 }),
    },
    {
      nullable: true,
      'x-kubernetes-validations': [
        {
          rule: "!has(self.type) || self.type in ['', 'Rolling', 'Recreate', 'Custom']",
          message: 'unsupported strategy type, use "Custom" instead and specify your own strategy',
          fieldPath: '.type',
        },
        {
          rule: "!has(self.type) || self.type != 'Custom' || has(self.customParams)",
          message: 'required for the Custom strategy',
          fieldPath: '.customParams',
          reason: 'FieldValueRequired',
        },
        {
          // A Custom strategy without parameters of the other types has no timeout.
          rule: `!has(self.activeDeadlineSeconds) || (has(self.type) && self.type == 'Custom' && !has(self.rollingParams) && !has(self.recreateParams)) || self.activeDeadlineSeconds > ${TIMEOUT}`,
          message: 'must be greater than the timeoutSeconds of the strategy',
          fieldPath: '.activeDeadlineSeconds',
        },
      ],
    },
  );
