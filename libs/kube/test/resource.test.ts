import { collectionPath, isKubeError, type ObjectKey, objectPath, resources } from '@tagstream/kube';
import { expect, test } from 'vitest';

test.each([
  ['a core resource', resources.pods, 'shop', '/api/v1/namespaces/shop/pods'],
  ['a resource of a group', resources.deployments, 'shop', '/apis/apps/v1/namespaces/shop/deployments'],
  ['all namespaces', resources.imageStreams, undefined, '/apis/image.openshift.io/v1/imagestreams'],
  ['a cluster-scoped resource', resources.images, undefined, '/apis/image.openshift.io/v1/images'],
])('the path of a collection: %s', (_name, resource, namespace, path) => {
  expect(collectionPath(resource, namespace)).toBe(path);
});

test.each<[string, ObjectKey, string | undefined, string]>([
  [
    'an object',
    { resource: resources.pods, namespace: 'shop', name: 'web-1' },
    undefined,
    '/api/v1/namespaces/shop/pods/web-1',
  ],
  [
    'a subresource',
    { resource: resources.pods, namespace: 'shop', name: 'web-1' },
    'log',
    '/api/v1/namespaces/shop/pods/web-1/log',
  ],
  ['a cluster-scoped object', { resource: resources.namespaces, name: 'shop' }, undefined, '/api/v1/namespaces/shop'],
  [
    'a name of digest and colon is encoded',
    { resource: resources.images, name: 'sha256:ab/c' },
    undefined,
    '/apis/image.openshift.io/v1/images/sha256%3Aab%2Fc',
  ],
])('the path of an object: %s', (_name, key, subresource, path) => {
  expect(objectPath(key, subresource)).toBe(path);
});

test.each<[string, ObjectKey, RegExp]>([
  ['a namespaced object without a namespace', { resource: resources.pods, name: 'web' }, /namespace of Pod is missing/],
  ['an empty namespace', { resource: resources.pods, namespace: '', name: 'web' }, /namespace of Pod is missing/],
  [
    'a cluster-scoped object with a namespace',
    { resource: resources.nodes, namespace: 'a', name: 'n' },
    /has no namespace/,
  ],
  [
    'an empty name, which would address the collection',
    { resource: resources.nodes, name: '' },
    /name of Node is empty/,
  ],
])('%s is refused before anything is sent', (_name, key, message) => {
  const attempt = () => objectPath(key);
  expect(attempt).toThrow(message);
  try {
    attempt();
  } catch (error) {
    expect(isKubeError(error, 'invalid')).toBe(true);
  }
});
