import { describe, expect, test } from 'vitest';
import { durationMs } from '../src/config.ts';
import { dockerConfigCredentials } from '../src/docker-config.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const find = dockerConfigCredentials(
  JSON.stringify({
    auths: {
      'https://index.docker.io/v1/': { auth: base64('hub:pa:ss') },
      'quay.io': { username: 'all', password: 'p1' },
      'quay.io/org': { username: 'org', password: 'p2' },
      'registry.example.com:5000': { identitytoken: 't' },
      'token.example.com': { registrytoken: 'bearer' },
      'empty.example.com': {},
    },
    credHelpers: { 'gcr.io': 'gcloud' },
  }),
);

describe('credentials of a docker config file', () => {
  test.each([
    ['Docker Hub by its old name', 'docker.io', 'library/nginx', { username: 'hub', password: 'pa:ss' }],
    ['a whole registry', 'quay.io', 'other/app', { username: 'all', password: 'p1' }],
    ['the longest path', 'quay.io', 'org/app', { username: 'org', password: 'p2' }],
    ['a path only up to a slash', 'quay.io', 'organisation/app', { username: 'all', password: 'p1' }],
    ['an identity token', 'registry.example.com:5000', 'a', { identityToken: 't' }],
    ['a bearer token', 'token.example.com', 'a', { token: 'bearer' }],
    ['nothing for another port', 'registry.example.com', 'a', undefined],
    ['nothing for an empty entry', 'empty.example.com', 'a', undefined],
    ['nothing for a helper', 'gcr.io', 'a', undefined],
  ])('has %s', async (_what, registry, repository, credential) => {
    expect(await find({ registry, repository })).toEqual(credential);
  });

  test.each([['secret text'], ['{"auths":["secret"]}'], ['{"auths":{"a":{"auth":1}}}']])(
    'refuses %s without quoting it',
    (text) => {
      expect(() => dockerConfigCredentials(text)).toThrow(/^it is not/);
      expect(() => dockerConfigCredentials(text)).not.toThrow(/secret/);
    },
  );
});

test.each([
  ['15m', 900_000],
  ['2s', 2_000],
  ['1h', 3_600_000],
])('the duration %s is %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
