import { expect, test } from 'vitest';
import { decodeConfig, newReplicationController } from '../src/index.ts';
import { dcOf } from './support/objects.ts';

const dc = dcOf({
  metadata: { annotations: { note: 'not copied', 'deploy.openshift.io/deployer-pod.ignore': '' } },
  spec: {
    replicas: 3,
    minReadySeconds: 5,
    template: {
      metadata: { labels: { app: 'web' }, annotations: { kept: 'yes' } },
      spec: { containers: [{ name: 'web', image: ' web:1 ' }], initContainers: [{ name: 'init', image: ' init:1 ' }] },
    },
  },
  status: { latestVersion: 4, details: { message: 'image change' } },
});

test('the ReplicationController of a version has the shape and annotations that OpenShift gives it', () => {
  const { metadata, spec } = newReplicationController(dc);
  const { 'openshift.io/encoded-deployment-config': encoded, ...annotations } = metadata.annotations!;
  expect({ ...metadata, annotations }).toEqual({
    name: 'web-4',
    namespace: 'shop',
    labels: { team: 'shop', 'openshift.io/deployment-config.name': 'web' },
    annotations: {
      'openshift.io/deployment-config.name': 'web',
      'openshift.io/deployment-config.latest-version': '4',
      'openshift.io/deployment.phase': 'New',
      'openshift.io/deployment.replicas': '0',
      'openshift.io/deployment.status-reason': 'image change',
      'kubectl.kubernetes.io/desired-replicas': '3',
      'deploy.openshift.io/deployer-pod.ignore': '',
      'rollout.tagstream.io/announced': '',
    },
    ownerReferences: [
      {
        apiVersion: 'apps.openshift.io/v1',
        kind: 'DeploymentConfig',
        name: 'web',
        uid: 'dc-uid',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  expect(JSON.parse(encoded!)).toMatchObject({
    kind: 'DeploymentConfig',
    apiVersion: 'apps.openshift.io/v1',
    metadata: { uid: 'dc-uid' },
  });
  expect(spec).toEqual({
    replicas: 0,
    minReadySeconds: 5,
    selector: { app: 'web', deploymentconfig: 'web', deployment: 'web-4' },
    template: {
      metadata: {
        labels: { app: 'web', deploymentconfig: 'web', deployment: 'web-4' },
        annotations: {
          kept: 'yes',
          'openshift.io/deployment.name': 'web-4',
          'openshift.io/deployment-config.name': 'web',
          'openshift.io/deployment-config.latest-version': '4',
        },
      },
      spec: { containers: [{ name: 'web', image: 'web:1' }], initContainers: [{ name: 'init', image: ' init:1 ' }] },
    },
  });
});

test('it records the configuration that it was made from', () => {
  expect(decodeConfig(newReplicationController(dc))).toEqual(dc);
});

test('without details there is no reason', () => {
  const plain = newReplicationController(dcOf({ status: { latestVersion: 1 } }));
  expect(plain.metadata.annotations).not.toHaveProperty('openshift.io/deployment.status-reason');
});
