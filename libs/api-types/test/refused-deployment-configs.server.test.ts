import { beforeAll, describe, expect, test } from 'vitest';
import { deploymentConfig, imageChange, template } from './deployment-config-fixture.ts';
import { complaintAbout, complaintsAbout, type RefusedRow } from './refused.ts';

const dc = (spec: object) => ({ ...deploymentConfig(spec), metadata: { name: 'web' } });
const rolling = (rollingParams: object) => dc({ strategy: { type: 'Rolling', rollingParams } });
const hook = (mid: object) => dc({ strategy: { type: 'Recreate', recreateParams: { mid } } });
const exec = { command: ['true'], containerName: 'web' };
const tagImage = { containerName: 'web', to: { kind: 'ImageStreamTag', name: 'a:b' } };

const refused: readonly RefusedRow[] = [
  ['a trigger without type', dc({ triggers: [{}] }), 'spec.triggers[0].type: Required value'],
  ['a trigger with an empty type', dc({ triggers: [{ type: '' }] }), 'spec.triggers[0].type: Invalid value'],
  [
    'an image trigger without parameters',
    dc({ triggers: [{ type: 'ImageChange' }] }),
    'spec.triggers[0].imageChangeParams: Required value: required for an ImageChange trigger',
  ],
  [
    'an image trigger without source',
    dc({ triggers: [imageChange({ from: undefined })] }),
    'spec.triggers[0].imageChangeParams.from: Required value: the tag to follow is required',
  ],
  [
    'an image trigger without a name',
    dc({ triggers: [imageChange({ from: {} })] }),
    'spec.triggers[0].imageChangeParams.from: Required value: the tag to follow is required',
  ],
  [
    'an image trigger that follows no tag',
    dc({ triggers: [imageChange({ from: { name: 'web' } })] }),
    'spec.triggers[0].imageChangeParams.from.name: Invalid value: must be in the form of <name>:<tag>',
  ],
  [
    'an image trigger of another kind',
    dc({ triggers: [imageChange({ from: { kind: 'DockerImage', name: 'a:b' } })] }),
    'spec.triggers[0].imageChangeParams.from.kind: Invalid value: kind must be an ImageStreamTag',
  ],
  [
    'an image trigger without containers',
    dc({ triggers: [imageChange({ containerNames: [] })] }),
    'spec.triggers[0].imageChangeParams.containerNames: Required value: at least one container name is required',
  ],
  [
    'an unknown strategy',
    dc({ strategy: { type: 'Canary' } }),
    'spec.strategy.type: Invalid value: unsupported strategy type, use "Custom" instead and specify your own strategy',
  ],
  [
    'Custom without parameters',
    dc({ strategy: { type: 'Custom' } }),
    'spec.strategy.customParams: Required value: required for the Custom strategy',
  ],
  [
    'an interval of zero',
    rolling({ intervalSeconds: 0 }),
    'intervalSeconds in body should be greater than or equal to 1',
  ],
  ['a timeout of zero', rolling({ timeoutSeconds: 0 }), 'timeoutSeconds in body should be greater than or equal to 1'],
  ['#83 0 and 0', rolling({ maxSurge: 0, maxUnavailable: 0 }), 'cannot be 0 when maxSurge is 0 as well'],
  ['#83 0% and 0%', rolling({ maxSurge: '0%', maxUnavailable: '0%' }), 'cannot be 0 when maxSurge is 0 as well'],
  [
    '#83 -100',
    rolling({ maxSurge: 0, maxUnavailable: -100 }),
    'spec.strategy.rollingParams.maxUnavailable: Invalid value: -100: must be a non-negative integer or a percentage such as "25%"',
  ],
  ['#83 -1%', rolling({ maxUnavailable: '-1%' }), 'must be a non-negative integer or a percentage'],
  [
    '#83 101%',
    rolling({ maxUnavailable: '101%' }),
    'maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ],
  ['#83 foo', rolling({ maxUnavailable: 'foo' }), 'must be a non-negative integer or a percentage'],
  ['#83 maxSurge -1', rolling({ maxSurge: -1 }), 'spec.strategy.rollingParams.maxSurge: Invalid value: -1: must be'],
  [
    '#83 maxSurge foo',
    rolling({ maxSurge: 'foo' }),
    'spec.strategy.rollingParams.maxSurge: Invalid value: "foo": must be',
  ],
  [
    '#84 a hook with neither action',
    hook({ failurePolicy: 'Abort' }),
    'spec.strategy.recreateParams.mid: Invalid value: must specify exactly one of execNewPod and tagImages',
  ],
  [
    '#84 a hook with both actions',
    hook({ failurePolicy: 'Abort', execNewPod: exec, tagImages: [tagImage] }),
    'must specify exactly one of execNewPod and tagImages',
  ],
  ['#84 a hook without failurePolicy', hook({ execNewPod: exec }), 'recreateParams.mid.failurePolicy: Required value'],
  ['a hook without command', hook({ failurePolicy: 'Abort', execNewPod: {} }), 'execNewPod.command: Required value'],
  [
    'a hook with an empty command',
    hook({ failurePolicy: 'Abort', execNewPod: { command: [] } }),
    'execNewPod.command in body should have at least 1 items',
  ],
  [
    'a hook that tags the image of an unknown container',
    hook({ failurePolicy: 'Abort', tagImages: [{ ...tagImage, containerName: 'x' }] }),
    'spec.strategy.recreateParams.mid.tagImages: Invalid value: containerName must be the name of a container of the pod template',
  ],
  [
    'a hook that tags into another kind',
    hook({ failurePolicy: 'Abort', tagImages: [{ ...tagImage, to: { kind: 'ImageStream', name: 'a' } }] }),
    'tagImages[0].to.kind: Invalid value: Must be "ImageStreamTag"',
  ],
  [
    'a deadline before the timeout',
    dc({ strategy: { activeDeadlineSeconds: 600 } }),
    'spec.strategy.activeDeadlineSeconds: Invalid value: must be greater than the timeoutSeconds of the strategy',
  ],
  ['a negative deadline', dc({ strategy: { activeDeadlineSeconds: -1 } }), 'should be greater than or equal to 0'],
  [
    'readiness after the timeout',
    dc({ minReadySeconds: 600 }),
    'spec.minReadySeconds: Invalid value: must be less than the timeoutSeconds of the strategy',
  ],
  ['negative replicas', dc({ replicas: -1 }), 'spec.replicas in body should be greater than or equal to 0'],
  ['a negative history', dc({ revisionHistoryLimit: -1 }), 'should be greater than or equal to 0'],
  ['no template', dc({ template: undefined }), 'spec.template: Required value'],
  ['no spec', { ...dc({}), spec: undefined }, 'spec: Required value'],
  [
    'nothing to select by',
    dc({ selector: undefined, template: { spec: template({ name: 'web', image: 'a' }).spec } }),
    'spec.selector: Required value: a selector is required, or labels of the pod template to make it of',
  ],
  [
    'a selector that does not match',
    dc({ selector: { app: 'x' } }),
    'spec.template.metadata.labels: Invalid value: selector does not match template labels',
  ],
  [
    'no containers',
    dc({ template: template() }),
    'spec.template.spec.containers: Required value: a pod template with at least one container is required',
  ],
  [
    'a template without a spec',
    dc({ template: { metadata: template().metadata } }),
    'spec.template.spec: Required value',
  ],
  [
    'pods with a deadline',
    dc({
      template: { ...template(), spec: { activeDeadlineSeconds: 5, containers: [{ name: 'web', image: 'a' }] } },
    }),
    'spec.template.spec.activeDeadlineSeconds: Invalid value: 5: activeDeadlineSeconds must not be specified in the pod template',
  ],
  [
    'pods that end',
    dc({ template: { ...template(), spec: { restartPolicy: 'Never', containers: [{ name: 'web', image: 'a' }] } } }),
    'spec.template.spec.restartPolicy: Invalid value: "Never": restartPolicy must be "Always"',
  ],
  [
    '#87 a container without an image that no trigger names',
    dc({ template: template({ name: 'web' }), triggers: [imageChange({ containerNames: ['other'] })] }),
    'spec.template.spec.containers: Required value: every container needs an image, or an ImageChange trigger that names it',
  ],
  [
    'two containers of one name',
    dc({ template: template({ name: 'web', image: 'a' }, { name: 'web', image: 'b' }) }),
    'spec.template.spec.containers[1]: Duplicate value',
  ],
  [
    'a port that is a text',
    dc({
      template: {
        ...template(),
        spec: { containers: [{ name: 'web', image: 'a', ports: [{ containerPort: '80' }] }] },
      },
    }),
    'containerPort in body must be of type integer',
  ],
  [
    'a quantity that is none',
    dc({
      template: {
        ...template(),
        spec: { containers: [{ name: 'web', image: 'a', resources: { limits: { cpu: 'much' } } }] },
      },
    }),
    'limits.cpu in body should match',
  ],
];

describe('the API server refuses a DeploymentConfig with', () => {
  let complaints: readonly string[];

  beforeAll(async () => {
    complaints = await complaintsAbout(refused);
  });

  test.each(refused.map(([title, , message], row) => ({ title, message, row })))('$title', ({ message, row }) => {
    expect(complaints[row]).toContain(message);
  });

  test.each([
    ['a misspelt field', dc({ repicas: 1 }), 'unknown field "spec.repicas"'],
    [
      'a misspelt field of a container',
      dc({ template: { spec: { containers: [{ name: 'web', imag: 'a' }] } } }),
      'unknown field "spec.template.spec.containers[0].imag"',
    ],
  ])('%s', async (_, object, message) => {
    expect(await complaintAbout(object)).toContain(message);
  });
});
