import { ImageRefError, parseImageReference } from '@tagstream/image-ref';
import { expect, test } from 'vitest';
import { openshiftReason, RegistryError } from '../src/index.ts';
import { repositoryOf } from '../src/repository.ts';

const ref = parseImageReference('test');
const IMAGE = 'docker.io/library/test:latest';

test.each([
  [
    '#127 a missing tag',
    new RegistryError('not_found', 'x'),
    'NotFound',
    `dockerimage.image.openshift.io "${IMAGE}" not found`,
  ],
  [
    'missing credentials',
    new RegistryError('unauthorized', 'none known'),
    'Unauthorized',
    `you may not have access to the container image "${IMAGE}"`,
  ],
  [
    'wrong credentials',
    new RegistryError('unauthorized', 'no: incorrect username or password.'),
    'Unauthorized',
    `incorrect username or password for image "${IMAGE}"`,
  ],
  [
    'a refusal',
    new RegistryError('forbidden', 'r.io does not allow access.'),
    'Forbidden',
    `${IMAGE}: r.io does not allow access.`,
  ],
  [
    'a registry without TLS',
    new RegistryError('plain_http', 'x', { repository: 'library/test' }),
    'BadRequest',
    'the repository library/test is HTTP only and requires the insecure flag to import',
  ],
  [
    'a registry that is down',
    new RegistryError('unavailable', 'r.io refuses connections.'),
    'InternalError',
    `Internal error occurred: ${IMAGE}: r.io refuses connections.`,
  ],
  ['any other error', new Error('boom'), 'InternalError', `Internal error occurred: ${IMAGE}: boom`],
])('names %s as OpenShift does', (_, error, reason, message) => {
  expect(openshiftReason(error, ref)).toEqual({ reason, message });
});

test('#127 an unparseable name is Invalid', () => {
  const error = new ImageRefError('path', 'upper case');

  expect(openshiftReason(error, undefined)).toEqual({
    reason: 'Invalid',
    message: 'from.name: Invalid value: invalid name: upper case',
  });
});

test('a registry without a repository is Invalid too', () => {
  let caught: unknown;
  try {
    repositoryOf(parseImageReference('quay.io'));
  } catch (error) {
    caught = error;
  }

  expect(openshiftReason(caught, undefined).reason).toBe('Invalid');
});
