import { describe, expect, test } from 'vitest';
import { credentialsInSecrets, keyring, parseDockerConfig } from '../src/index.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const entry = (name: string) => ({ auth: base64(`${name}:secret-of-${name}`) });
const login = (username: string) => ({ username, password: `secret-of-${username}` });

describe('parseDockerConfig', () => {
  const read = (auth: unknown) => parseDockerConfig(JSON.stringify({ auths: { host: auth } }), 'config.json');

  test.each([
    [
      'user name and password joined',
      { auth: base64('u:p:with:colons') },
      { username: 'u', password: 'p:with:colons' },
    ],
    ['user name and password apart', { username: 'u', password: 'p' }, { username: 'u', password: 'p' }],
    ['an empty password', { username: 'u', password: '' }, { username: 'u', password: '' }],
    ['an identity token', { auth: base64('00000000:'), identitytoken: 't' }, { identityToken: 't' }],
    ['a finished token', { registrytoken: 't' }, { token: 't' }],
  ])('reads %s', (_, auth, credential) => {
    expect(read(auth)).toEqual([{ key: 'host', credential }]);
  });

  test.each([
    ['nothing', {}],
    ['no colon', { auth: base64('nobody') }],
    ['no user', { auth: base64(':p') }],
  ])('leaves an entry out that has %s', (_, auth) => {
    expect(read(auth)).toEqual([]);
  });

  test('reads the older form and a file without auths', () => {
    expect(parseDockerConfig(JSON.stringify({ host: entry('u') }), 'dockercfg')).toEqual([
      { key: 'host', credential: login('u') },
    ]);
    expect(parseDockerConfig('{"credsStore":"osxkeychain"}', 'config.json')).toEqual([]);
  });

  test.each([
    '',
    '{"auths": {"host": {"auth": "c2VjcmV0"',
    '[]',
    '{"auths": "c2VjcmV0"}',
    '{"auths": {"host": "c2VjcmV0"}}',
  ])('refuses %j and does not quote it', (text) => {
    expect(() => parseDockerConfig(text, 'config.json')).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.not.stringContaining('c2VjcmV0') }),
    );
  });
});

describe('keyring', () => {
  /** The key under which the credential for a repository is found among keys. */
  function found(keys: readonly string[], registry: string, repository: string): string | undefined {
    const credential = keyring(keys.map((key) => ({ key, credential: { username: key, password: '' } })))({
      registry,
      repository,
    });
    return credential !== undefined && 'username' in credential ? credential.username : undefined;
  }

  test.each([
    ['the host', ['quay.io'], 'quay.io', 'org/app', 'quay.io'],
    ['the scheme is ignored', ['https://quay.io'], 'quay.io', 'a', 'https://quay.io'],
    ['the version in the path is ignored', ['http://quay.io/v2/'], 'quay.io', 'a', 'http://quay.io/v2/'],
    ['a path below the version counts', ['quay.io/v1/org'], 'quay.io', 'other/app', undefined],
    ['another host', ['quay.io'], 'ghcr.io', 'a', undefined],
    ['a longer path first', ['quay.io', 'quay.io/org', 'quay.io/org/app'], 'quay.io', 'org/app', 'quay.io/org/app'],
    ['a path that does not fit', ['quay.io/org/other'], 'quay.io', 'org/app', undefined],
    ['a path as the beginning of a word', ['quay.io/org'], 'quay.io', 'organisation/app', 'quay.io/org'],
    ['a path with a slash at the end only as a whole word', ['quay.io/org/'], 'quay.io', 'organisation/app', undefined],
    ['the same port', ['r.io:5000'], 'r.io:5000', 'a', 'r.io:5000'],
    ['a port that is missing in the key', ['r.io'], 'r.io:5000', 'a', undefined],
    ['a port that is missing in the reference', ['r.io:443'], 'r.io', 'a', undefined],
    ['a star for one label', ['*.example.com'], 'r.example.com', 'a', '*.example.com'],
    ['a star never for two labels', ['*.example.com'], 'a.b.example.com', 'a', undefined],
    ['a star inside a label', ['r-*.example.com'], 'r-eu.example.com', 'a', 'r-*.example.com'],
    ['several stars', ['*r*-*e.example.com'], 'abr-cd-e.example.com', 'a', '*r*-*e.example.com'],
    ['several stars that do not fit', ['*r*-*f.example.com'], 'abr-cd-e.example.com', 'a', undefined],
    ['a star for nothing', ['r*.io'], 'r.io', 'a', 'r*.io'],
    ['a question mark for nothing', ['r?.io'], 'r.io', 'a', undefined],
    ['a question mark', ['r?.example.com'], 'r1.example.com', 'a', 'r?.example.com'],
    ['a dot that is no wildcard', ['quayXio'], 'quay.io', 'a', undefined],
    ['an upper-case host', ['Quay.IO'], 'quay.io', 'a', 'Quay.IO'],
    ['an IPv6 address', ['[::1]:5000'], '[::1]:5000', 'a', '[::1]:5000'],
    [
      'Docker Hub by its login',
      ['https://index.docker.io/v1/'],
      'docker.io',
      'library/nginx',
      'https://index.docker.io/v1/',
    ],
    [
      'Docker Hub by its name before its login',
      ['https://index.docker.io/v1/', 'docker.io'],
      'docker.io',
      'a/b',
      'docker.io',
    ],
    ['the login of Docker Hub for nobody else', ['https://index.docker.io/v1/'], 'quay.io', 'a', undefined],
    ['nothing in an empty keyring', [], 'quay.io', 'a', undefined],
  ])('%s', (_, keys, registry, repository, expected) => {
    expect(found(keys, registry, repository)).toBe(expected);
  });

  test('of two entries under the same key the first counts', () => {
    const find = keyring([
      { key: 'https://quay.io', credential: login('first') },
      { key: 'quay.io', credential: login('second') },
    ]);

    expect(find({ registry: 'quay.io', repository: 'a' })).toEqual(login('first'));
  });
});

describe('credentialsInSecrets', () => {
  const dockercfg = (name: string, annotations?: Record<string, string>) => ({
    metadata: { name, ...(annotations ? { annotations } : {}) },
    type: 'kubernetes.io/dockercfg',
    data: { '.dockercfg': base64(JSON.stringify({ [name]: entry(name) })) },
  });
  const dockerconfigjson = (name: string, text = JSON.stringify({ auths: { [name]: entry(name) } })) => ({
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(text) },
  });

  test('#137 offers dockercfg and dockerconfigjson, but not what is excluded or of another type', () => {
    const { credentials, problems } = credentialsInSecrets([
      dockercfg('first'),
      dockercfg('excluded', { 'openshift.io/image.excludeSecret': 'true' }),
      { metadata: { name: 'opaque' }, type: 'Opaque', data: { '.dockercfg': base64('{}') } },
      { metadata: { name: 'token' }, type: 'kubernetes.io/service-account-token', data: { token: 'x' } },
      dockerconfigjson('last'),
    ]);

    expect(credentials).toEqual([
      { key: 'first', credential: login('first') },
      { key: 'last', credential: login('last') },
    ]);
    expect(problems).toEqual([]);
  });

  test('offers what is excluded only in other words', () => {
    const annotations = { 'openshift.io/image.excludeSecret': 'yes' };

    expect(credentialsInSecrets([dockercfg('a', annotations)]).credentials).toHaveLength(1);
  });

  test('reports a Secret that cannot be read and offers the others', () => {
    const { credentials, problems } = credentialsInSecrets([
      dockerconfigjson('broken', '{"auths":'),
      { metadata: { name: 'empty' }, type: 'kubernetes.io/dockercfg', data: null },
      dockerconfigjson('good'),
    ]);

    expect(credentials.map(({ key }) => key)).toEqual(['good']);
    expect(problems).toEqual([
      'The Secret broken cannot be used to pull images. The docker configuration is not JSON.',
      'The Secret empty cannot be used to pull images. The docker configuration is not JSON.',
    ]);
  });
});
