import { expect, test } from 'vitest';
import { DeploymentError, decodeConfig, encodeConfig } from '../src/index.ts';
import { dcOf, rcOf } from './support/objects.ts';

const recorded = (text: string | undefined) => {
  const rc = rcOf(1, 'New');
  return {
    ...rc,
    metadata: {
      ...rc.metadata,
      annotations: text === undefined ? {} : { 'openshift.io/encoded-deployment-config': text },
    },
  };
};

test('what is recorded is read back, without the managed fields', () => {
  const dc = dcOf({ status: { latestVersion: 3 } });
  const text = encodeConfig({ ...dc, metadata: { ...dc.metadata, managedFields: [{ manager: 'kubectl' }] } as never });
  expect(text).not.toContain('managedFields');
  expect(decodeConfig(recorded(text))).toEqual(dc);
});

test('#151 the legacy form of the nameless group is read', () => {
  const legacy = JSON.stringify({ ...dcOf(), apiVersion: 'v1' });
  expect(decodeConfig(recorded(legacy))).toMatchObject({ apiVersion: 'apps.openshift.io/v1', spec: { replicas: 1 } });
});

test.each([
  ['is missing', undefined],
  ['is not JSON', '{'],
  ['is not a DeploymentConfig', '{"kind":"Deployment","apiVersion":"apps/v1"}'],
  ['is not a DeploymentConfig', '[]'],
  ['lacks metadata or spec', '{"kind":"DeploymentConfig","apiVersion":"v1","metadata":{}}'],
])('a record that %s is an error that says so', (problem, text) => {
  expect(() => decodeConfig(recorded(text))).toThrowError(DeploymentError);
  expect(() => decodeConfig(recorded(text))).toThrowError(problem);
});
