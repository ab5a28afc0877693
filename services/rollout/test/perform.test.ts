import { normalizeDeploymentConfig } from '@tagstream/api-types';
import type { KubeClient } from '@tagstream/kube';
import { expect, test } from 'vitest';
import { perform } from '../src/perform.ts';

const dc = normalizeDeploymentConfig({
  apiVersion: 'apps.openshift.io/v1',
  kind: 'DeploymentConfig',
  metadata: { name: 'web', namespace: 'shop', uid: 'dc', resourceVersion: '7' },
  spec: { template: { spec: { containers: [{ name: 'web', image: 'r/web:1' }] } } },
});

/** An API server that answers a patch with the object at a version. */
const answering = (resourceVersion: string) =>
  ({
    mergePatch: () => Promise.resolve({ ...dc, metadata: { ...dc.metadata, resourceVersion } }),
  }) as unknown as KubeClient;

test('a status that was written shows at its new version', async () => {
  const performed = await perform(answering('8'), dc, { kind: 'write-status', status: { replicas: 1 } });
  expect(performed).toMatchObject({ kind: 'done', shows: 'version', object: { metadata: { resourceVersion: '8' } } });
});

test('a status that stays as it was is not written again and again: an older definition drops a field of it', async () => {
  const performed = await perform(answering('7'), dc, { kind: 'write-status', status: { replicas: 1 } });
  expect(performed).toMatchObject({
    kind: 'refused',
    error: { message: expect.stringContaining('apply deploy/crds') },
  });
});
