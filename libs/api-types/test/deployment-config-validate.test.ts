import {
  type DeploymentConfigSpec,
  type DeploymentTrigger,
  type IntOrPercent,
  type LifecycleHook,
  validateDeploymentConfig,
  validateDeploymentConfigUpdate,
} from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { deploymentConfig, imageChange, template } from './deployment-config-fixture.ts';

const problems = (spec: Partial<DeploymentConfigSpec>) =>
  validateDeploymentConfig(deploymentConfig(spec)).map(({ field, reason }) => `${reason} ${field}`);
const hook = (value: object): Partial<DeploymentConfigSpec> => ({
  strategy: { type: 'Recreate', recreateParams: { mid: { failurePolicy: 'Abort', ...value } as LifecycleHook } },
});
const exec = { command: ['true'], containerName: 'web' };
const tagImage = { containerName: 'web', to: { kind: 'ImageStreamTag', name: 'a:b' } };

describe('validateDeploymentConfig', () => {
  test.each<[string, Partial<DeploymentConfigSpec>]>([
    ['the smallest one', {}],
    ['no triggers at all', { triggers: [] }],
    ['a trigger of an unknown type', { triggers: [{ type: 'Later' }] }],
    ['Custom without an image', { strategy: { type: 'Custom', customParams: {} } }],
    ['Recreate without parameters', { strategy: { type: 'Recreate' } }],
    ['wrong parameters of another type', { strategy: { type: 'Recreate', rollingParams: { intervalSeconds: 0 } } }],
    ['a hook that runs a command', hook({ execNewPod: exec })],
    ['a hook that tags an image', hook({ tagImages: [tagImage] })],
    [
      '#87 no image, but a trigger that names the container',
      { template: template({ name: 'web' }), triggers: [imageChange()] },
    ],
    ['a blank image, which a template may have', { template: template({ name: 'web', image: ' ' }) }],
  ])('accepts %s', (_, spec) => {
    expect(problems(spec)).toEqual([]);
  });

  test.each<[string, IntOrPercent, IntOrPercent, string]>([
    ['0 and 0', 0, 0, 'maxUnavailable'],
    ['0% and 0%', '0%', '0%', 'maxUnavailable'],
    ['0 and -100', 0, -100, 'maxUnavailable'],
    ['0 and -1%', 0, '-1%', 'maxUnavailable'],
    ['0 and 101%', 0, '101%', 'maxUnavailable'],
    ['0 and foo', 0, 'foo', 'maxUnavailable'],
    ['-1 and 0', -1, 0, 'maxSurge'],
    ['foo and 100%', 'foo', '100%', 'maxSurge'],
  ])('#83 refuses maxSurge and maxUnavailable of %s', (_, maxSurge, maxUnavailable, field) => {
    expect(problems({ strategy: { rollingParams: { maxSurge, maxUnavailable } } })).toEqual([
      `invalid spec.strategy.rollingParams.${field}`,
    ]);
  });

  test.each<[string, Partial<DeploymentConfigSpec>, string]>([
    ['#84 neither action', hook({}), 'invalid M'],
    ['#84 both actions', hook({ execNewPod: exec, tagImages: [tagImage] }), 'invalid M'],
    ['#84 no failurePolicy', hook({ failurePolicy: '', execNewPod: exec }), 'required M.failurePolicy'],
    ['no command', hook({ execNewPod: { ...exec, command: [] } }), 'required M.execNewPod.command'],
    ['an empty volume name', hook({ execNewPod: { ...exec, volumes: [''] } }), 'invalid M.execNewPod.volumes[0]'],
    ['a bad variable', hook({ execNewPod: { ...exec, env: [{ name: '1A' }] } }), 'invalid M.execNewPod.env[0].name'],
    [
      'an unknown container',
      hook({ tagImages: [{ ...tagImage, containerName: 'x' }] }),
      'invalid M.tagImages[0].containerName',
    ],
    [
      'another kind',
      hook({ tagImages: [{ ...tagImage, to: { kind: 'X', name: 'a:b' } }] }),
      'invalid M.tagImages[0].to.kind',
    ],
    [
      'no tag',
      hook({ tagImages: [{ ...tagImage, to: { kind: 'ImageStreamTag' } }] }),
      'required M.tagImages[0].to.name',
    ],
  ])('refuses a hook with %s', (_, spec, expected) => {
    expect(problems(spec)).toEqual([expected.replace('M', 'spec.strategy.recreateParams.mid')]);
  });

  test('a hook needs to name its container when there are two', () => {
    const two = { template: template({ name: 'a', image: 'a' }, { name: 'b', image: 'b' }) };

    expect(problems({ ...hook({ execNewPod: { command: ['true'] } }), ...two })).toEqual([
      'required spec.strategy.recreateParams.mid.execNewPod.containerName',
    ]);
  });

  test.each<[string, object, string]>([
    ['no type', { type: '' }, 'required T.type'],
    ['no parameters', { type: 'ImageChange' }, 'required T.imageChangeParams'],
    ['no source', imageChange({ from: undefined }), 'required T.imageChangeParams.from'],
    [
      'another kind',
      imageChange({ from: { kind: 'DockerImage', name: 'a:b' } }),
      'invalid T.imageChangeParams.from.kind',
    ],
    ['no tag', imageChange({ from: { name: 'a' } }), 'invalid T.imageChangeParams.from.name'],
    ['an empty tag', imageChange({ from: { name: 'a:' } }), 'invalid T.imageChangeParams.from.name'],
    ['two colons', imageChange({ from: { name: 'a:b:c' } }), 'invalid T.imageChangeParams.from.name'],
    ['a bad stream', imageChange({ from: { name: 'A:b' } }), 'invalid T.imageChangeParams.from.name'],
    [
      'a bad namespace',
      imageChange({ from: { name: 'a:b', namespace: 'X' } }),
      'invalid T.imageChangeParams.from.namespace',
    ],
    ['no containers', imageChange({ containerNames: [] }), 'required T.imageChangeParams.containerNames'],
  ])('refuses a trigger with %s', (_, trigger, expected) => {
    expect(problems({ triggers: [trigger as DeploymentTrigger] })).toEqual([expected.replace('T', 'spec.triggers[0]')]);
  });

  test.each<[string, Partial<DeploymentConfigSpec>, string]>([
    ['an unknown strategy', { strategy: { type: 'Canary' as 'Custom' } }, 'invalid spec.strategy.type'],
    ['Custom without parameters', { strategy: { type: 'Custom' } }, 'required spec.strategy.customParams'],
    [
      'a variable that no shell can use',
      { strategy: { type: 'Custom', customParams: { environment: [{ name: 'a b' }] } } },
      'invalid spec.strategy.customParams.environment[0].name',
    ],
    [
      'no time',
      { strategy: { rollingParams: { intervalSeconds: 0 } } },
      'invalid spec.strategy.rollingParams.intervalSeconds',
    ],
    ['a negative deadline', { strategy: { activeDeadlineSeconds: -1 } }, 'invalid spec.strategy.activeDeadlineSeconds'],
    [
      'a deadline before the timeout',
      { strategy: { activeDeadlineSeconds: 600 } },
      'invalid spec.strategy.activeDeadlineSeconds',
    ],
    ['readiness after the timeout', { minReadySeconds: 600 }, 'invalid spec.minReadySeconds'],
    ['negative readiness', { minReadySeconds: -1 }, 'invalid spec.minReadySeconds'],
    ['negative replicas', { replicas: -1 }, 'invalid spec.replicas'],
    ['a negative history', { revisionHistoryLimit: -1 }, 'invalid spec.revisionHistoryLimit'],
    ['no template', { template: null }, 'required spec.template'],
    ['another label', { selector: { app: 'x' } }, 'invalid spec.template.metadata.labels'],
    ['no containers', { template: template() }, 'required spec.template.spec.containers'],
    [
      'a container without an image',
      { template: template({ name: 'web' }) },
      'required spec.template.spec.containers[0].image',
    ],
    [
      'a container name that is no label',
      { template: template({ name: 'Web', image: 'a' }) },
      'invalid spec.template.spec.containers[0].name',
    ],
  ])('refuses %s', (_, spec, expected) => {
    expect(problems(spec)).toEqual([expected]);
  });

  test('refuses a selector that can be made of nothing, pods that end, and says why', () => {
    const found = validateDeploymentConfig(
      deploymentConfig({
        selector: null,
        template: {
          spec: { containers: [{ name: 'web', image: 'a' }], restartPolicy: 'Never', activeDeadlineSeconds: 1 },
        },
      }),
    );

    expect(found.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec.selector: empty selector is not valid for deployment',
      'spec.template.spec.restartPolicy: must be "Always"',
      'spec.template.spec.activeDeadlineSeconds: must not be specified',
    ]);
  });

  test('#87 a ConfigChange trigger with image parameters fills no image', () => {
    const trigger = { ...imageChange(), type: 'ConfigChange' };

    expect(problems({ template: template({ name: 'web' }), triggers: [trigger] })).toEqual([
      'required spec.template.spec.containers[0].image',
    ]);
  });
});

describe('validateDeploymentConfigUpdate', () => {
  test.each([
    ['#85 5 → 3', 5, 3, ['status.latestVersion']],
    ['#85 0 → -1', 0, -1, ['status.latestVersion']],
    ['#85 5 → 6', 5, 6, []],
  ])('latestVersion %s', (_, before, after, expected) => {
    const at = (latestVersion: number) => ({ ...deploymentConfig(), status: { latestVersion } });

    expect(validateDeploymentConfigUpdate(at(after), at(before)).map(({ field }) => field)).toEqual(expected);
  });
});
