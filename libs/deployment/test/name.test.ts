import { expect, test } from 'vitest';
import { deployerPodName, hookPodName, replicationControllerName, shortenedName } from '../src/index.ts';

test.each([
  ['a name that fits stays as it is', 'frontend-1', 'deploy', 253, 'frontend-1-deploy'],
  ['a long base is cut and hashed', 'a'.repeat(250), 'deploy', 253, `${'a'.repeat(237)}-15da3d4f-deploy`],
  ['the limit is the caller’s', 'abcdefghijklmnopqrstuvwxyz', 'build', 24, 'abcdefghi-b0bc0c82-build'],
])('#150 %s', (_, base, suffix, max, expected) => {
  const name = shortenedName(base, suffix, max);
  expect(name).toBe(expected);
  expect(name.length).toBeLessThanOrEqual(max);
});

test('a suffix without room for the base leaves its beginning and a hash of both', () => {
  const name = shortenedName('base', 's'.repeat(30), 20);
  expect(name).toMatch(/^base-[0-9a-f]{8}$/);
  expect(shortenedName('base', `${'s'.repeat(29)}t`, 20)).not.toBe(name);
});

test('#22 the deployer pod is named after its ReplicationController', () => {
  expect(deployerPodName('testName')).toBe('testName-deploy');
  expect(hookPodName('web-2', 'pre')).toBe('web-2-hook-pre');
  expect(replicationControllerName('web', 2)).toBe('web-2');
});
