import { expect, test } from 'vitest';
import { gitAccess } from '../src/git/git-access.ts';
import { parseGitUri } from '../src/git/git-source.ts';

const places = { dir: '/w/git', home: '/w/home', allowed: ['https', 'ssh'] as const, ownContainer: false };
const https = parseGitUri('https://host/web.git', ['https']);
const content = (access: ReturnType<typeof gitAccess>, name: string) =>
  access.files.find((file) => file.name === name)?.content;

test('git asks nobody, reads no configuration of this machine, and uses only the allowed transports', () => {
  const { env } = gitAccess(https, {}, {}, places);

  expect(env).toMatchObject({
    HOME: '/w/home',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'https:ssh',
    GIT_ASKPASS: '/w/git/askpass',
    GIT_SSH: '/w/git/ssh',
  });
});

test.each([
  ['user and password of the Secret', { username: 'ada', password: 'hunter22' }, https, 'ada', 'hunter22'],
  ['a token alone goes with any user', { password: 'token-1' }, https, 'git', 'token-1'],
  [
    'what stood in the address, when there is no Secret',
    {},
    parseGitUri('https://bob:pw-of-bob@host/x', ['https']),
    'bob',
    'pw-of-bob',
  ],
])('%s: in files alone, and hidden', (_, secret, location, username, password) => {
  const access = gitAccess(location, secret, {}, places);

  expect([content(access, 'username'), content(access, 'password')]).toEqual([username, password]);
  expect(access.secrets).toContain(password);
  expect(JSON.stringify(access.env)).not.toContain(password);
});

test('a token in the place of the user is hidden', () => {
  const access = gitAccess(parseGitUri('https://token-of-ada@host/x', ['https']), {}, {}, places);

  expect(content(access, 'username')).toBe('token-of-ada');
  expect(access.secrets).toContain('token-of-ada');
});

test('an ssh key is a file of its own; host keys are checked when they are known', () => {
  const key = '-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----';
  const without = gitAccess(https, { 'ssh-privatekey': key }, {}, places);
  const withHosts = gitAccess(https, { 'ssh-privatekey': key, known_hosts: 'host ssh-ed25519 AAAA' }, {}, places);

  expect(content(without, 'ssh-privatekey')).toBe(`${key}\n`);
  expect(content(without, 'ssh')).toContain('StrictHostKeyChecking=no');
  expect(content(withHosts, 'ssh')).toContain('StrictHostKeyChecking=yes');
  expect(content(withHosts, 'ssh')).toContain('-i "$dir/ssh-privatekey"');
  expect(without.secrets).toContain('abcdefgh');
});

test('a .gitconfig, which can run commands, counts only where a build has a container of its own', () => {
  const secret = { '.gitconfig': '[core]\n\tsshCommand = touch /tmp/x\n' };

  expect(content(gitAccess(https, secret, {}, places), 'gitconfig')).toBeUndefined();
  const inContainer = gitAccess(https, secret, {}, { ...places, ownContainer: true });
  expect(inContainer.env.GIT_CONFIG_GLOBAL).toBe('/w/git/gitconfig');
});

test('proxies of the source and its certificate authority are passed on', () => {
  const { env } = gitAccess(https, { 'ca.crt': 'PEM' }, { httpsProxy: 'http://proxy:3128', noProxy: null }, places);

  expect(env).toMatchObject({ https_proxy: 'http://proxy:3128', GIT_SSL_CAINFO: '/w/git/ca.crt' });
  expect(env).not.toHaveProperty('no_proxy');
});
