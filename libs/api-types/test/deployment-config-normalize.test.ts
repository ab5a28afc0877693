import { type DeploymentStrategy, type IntOrPercent, normalizeDeploymentConfig } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { deploymentConfig, imageChange, template } from './deployment-config-fixture.ts';

const normal = (spec: Parameters<typeof deploymentConfig>[0] = {}) =>
  normalizeDeploymentConfig(deploymentConfig(spec)).spec;
const rolling = (params: { maxSurge?: IntOrPercent; maxUnavailable?: IntOrPercent }) => {
  const { maxSurge, maxUnavailable } = normal({ strategy: { rollingParams: params } }).strategy.rollingParams!;
  return { maxSurge, maxUnavailable };
};

describe('normalizeDeploymentConfig', () => {
  test.each([
    ['absent triggers', undefined, [{ type: 'ConfigChange' }]],
    ['null triggers', null, [{ type: 'ConfigChange' }]],
    ['an empty list', [], []],
  ])('#79 %s', (_, triggers, expected) => {
    expect(normal({ ...(triggers === undefined ? {} : { triggers }) }).triggers).toEqual(expected);
  });

  test.each([
    ['maxSurge 50% leaves no room below', { maxSurge: '50%' }, { maxSurge: '50%', maxUnavailable: 0 }],
    ['maxUnavailable 25% leaves no room above', { maxUnavailable: '25%' }, { maxSurge: 0, maxUnavailable: '25%' }],
    ['maxSurge 0 makes room below', { maxSurge: 0 }, { maxSurge: 0, maxUnavailable: '25%' }],
    ['maxSurge 0% makes room below', { maxSurge: '0%' }, { maxSurge: '0%', maxUnavailable: '25%' }],
    ['maxUnavailable 0 makes room above', { maxUnavailable: 0 }, { maxSurge: '25%', maxUnavailable: 0 }],
    ['maxUnavailable 0% makes room above', { maxUnavailable: '0%' }, { maxSurge: '25%', maxUnavailable: '0%' }],
    ['nothing is 25% of each', {}, { maxSurge: '25%', maxUnavailable: '25%' }],
    ['both zero stay, for validation', { maxSurge: 0, maxUnavailable: 0 }, { maxSurge: 0, maxUnavailable: 0 }],
  ])('#80 %s', (_, params, expected) => {
    expect(rolling(params)).toEqual(expected);
  });

  test.each([
    ['#81 ImageRepository without tag', { kind: 'ImageRepository', name: 'golang' }, 'golang:latest'],
    ['ImageStream without tag', { kind: 'ImageStream', name: 'golang' }, 'golang:latest'],
    ['ImageStream with a tag', { kind: 'ImageStream', name: 'golang:1' }, 'golang:1'],
    ['no kind', { name: 'golang:1' }, 'golang:1'],
    ['an ImageStreamTag without a colon, for validation', { kind: 'ImageStreamTag', name: 'golang' }, 'golang'],
  ])('the source of an image trigger: %s', (_, from, name) => {
    const [trigger] = normal({ triggers: [imageChange({ from })] }).triggers;

    expect(trigger?.imageChangeParams?.from).toEqual({ kind: 'ImageStreamTag', namespace: 'shop', name });
  });

  test('keeps the namespace of another team in a trigger', () => {
    const [trigger] = normal({ triggers: [imageChange({ from: { name: 'a:b', namespace: 'base' } })] }).triggers;

    expect(trigger?.imageChangeParams?.from.namespace).toBe('base');
  });

  test('drops null parameters of a trigger and fills the fields of the others', () => {
    const { triggers } = normal({
      triggers: [{ type: 'ConfigChange', imageChangeParams: null }, imageChange({ automatic: undefined })],
    });

    expect(triggers[0]).toEqual({ type: 'ConfigChange' });
    expect(triggers[1]?.imageChangeParams).toMatchObject({ automatic: false, lastTriggeredImage: '' });
  });

  test.each([
    ['#82 an absent limit is 10', undefined, 10],
    ['#82 52 is kept', 52, 52],
    ['#82 null means that all versions are kept', null, null],
  ])('revisionHistoryLimit: %s', (_, given, expected) => {
    const dc = deploymentConfig(given === undefined ? {} : { revisionHistoryLimit: given });

    expect(normalizeDeploymentConfig(dc).spec.revisionHistoryLimit).toBe(expected);
  });

  test.each<[string, DeploymentStrategy | null, object]>([
    [
      'no strategy is Rolling',
      null,
      {
        type: 'Rolling',
        activeDeadlineSeconds: 21_600,
        rollingParams: {
          intervalSeconds: 1,
          updatePeriodSeconds: 1,
          timeoutSeconds: 600,
          maxSurge: '25%',
          maxUnavailable: '25%',
        },
        recreateParams: null,
      },
    ],
    ['an empty type is Rolling', { type: '' }, { type: 'Rolling', rollingParams: { timeoutSeconds: 600 } }],
    ['Recreate', { type: 'Recreate' }, { recreateParams: { timeoutSeconds: 600 }, rollingParams: null }],
    [
      'parameters of another type get their defaults too',
      { type: 'Recreate', rollingParams: { maxSurge: 1 } },
      { rollingParams: { intervalSeconds: 1, updatePeriodSeconds: 1, timeoutSeconds: 600, maxSurge: 1 } },
    ],
    ['a given time stays', { rollingParams: { timeoutSeconds: 30 } }, { rollingParams: { timeoutSeconds: 30 } }],
    ['Custom needs no parameters of its own', { type: 'Custom' }, { type: 'Custom', rollingParams: null }],
  ])('strategy: %s', (_, strategy, expected) => {
    expect(normal({ strategy }).strategy).toMatchObject(expected);
  });

  test('takes the selector from the labels of the template when there is none', () => {
    expect(normal({ selector: null }).selector).toEqual({ app: 'web' });
    expect(normal({ selector: {} }).selector).toEqual({ app: 'web' });
    expect(normal({ selector: { tier: 'x' } }).selector).toEqual({ tier: 'x' });
  });

  test('fills the container name of hooks when the template has exactly one container', () => {
    const strategy: DeploymentStrategy = {
      rollingParams: { pre: { failurePolicy: 'Abort', execNewPod: { command: ['true'], containerName: '' } } },
      recreateParams: {
        mid: {
          failurePolicy: 'Abort',
          tagImages: [{ containerName: '', to: { kind: 'ImageStreamTag', name: 'a:b' } }],
        },
      },
    };
    const one = normal({ strategy }).strategy;
    const two = normal({ strategy, template: template({ name: 'a' }, { name: 'b' }) }).strategy;

    expect(one.rollingParams?.pre?.execNewPod?.containerName).toBe('web');
    expect(one.recreateParams?.mid?.tagImages?.[0]?.containerName).toBe('web');
    expect(two.rollingParams?.pre?.execNewPod?.containerName).toBe('');
  });

  test('leaves its argument alone, keeps unknown fields and is stable', () => {
    const dc = deploymentConfig({ strategy: { rollingParams: { maxSurge: 1 } }, triggers: [imageChange()] });
    Object.assign(dc.spec, { later: true });
    const before = structuredClone(dc);

    const once = normalizeDeploymentConfig(dc);

    expect(dc).toEqual(before);
    expect(once.spec).toMatchObject({ later: true });
    expect(normalizeDeploymentConfig(once)).toEqual(once);
  });
});
