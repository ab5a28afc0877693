import { expect, test } from 'vitest';
import { checkCommit, checkGitRef, type GitProtocol, parseGitUri } from '../src/git/git-source.ts';

const ALL: readonly GitProtocol[] = ['https', 'http', 'ssh', 'git', 'file'];

test.each([
  ['https', 'https://github.com/acme/web.git', { uri: 'https://github.com/acme/web.git', protocol: 'https' }],
  [
    'a user and a password in front of the host are taken out, decoded',
    'https://ada:s%40cret@git.example.com/web.git',
    { uri: 'https://git.example.com/web.git', protocol: 'https', username: 'ada', password: 's@cret' },
  ],
  [
    'the user of ssh stays',
    'ssh://git@host:2222/a/b',
    { uri: 'ssh://git@host:2222/a/b', protocol: 'ssh', username: 'git' },
  ],
  ['the short form is ssh', 'git@github.com:acme/web.git', { uri: 'git@github.com:acme/web.git', protocol: 'ssh' }],
  ['git', 'git://127.0.0.1:9418/web.git', { uri: 'git://127.0.0.1:9418/web.git', protocol: 'git' }],
  ['a path is a repository of this machine', '/srv/web.git', { uri: '/srv/web.git', protocol: 'file' }],
  ['so is a file URL', 'file:///srv/web.git', { uri: 'file:///srv/web.git', protocol: 'file' }],
])('%s: %s', (_, uri, expected) => {
  expect(parseGitUri(uri, ALL)).toEqual(expected);
});

test.each([
  ['a transport that runs a command', 'ext::sh -c touch% /tmp/pwned', /spaces|run commands/],
  ['the same without spaces', 'ext::sh', /run commands/],
  ['another helper', 'fd::17', /run commands/],
  ['an option', '--upload-pack=touch', /like an option/],
  ['an option as host of the short form', '-oProxyCommand=x:y', /like an option/],
  ['an option as host of a URL', 'ssh://-oProxyCommand=x/y', /.*/],
  ['an option as user', 'ssh://-oProxyCommand=x@host/y', /like an option/],
  ['a line break', 'https://host/a\nb', /control characters/],
  ['nothing', '', /empty/],
  ['something endless', `https://host/${'a'.repeat(3000)}`, /too long/],
  ['an unknown scheme', 'javascript://host/x', /no transport/],
  ['no address at all', 'web', /neither a URL/],
])('refused: %s', (_, uri, why) => {
  expect(() => parseGitUri(uri, ALL)).toThrow(why);
  expect(() => parseGitUri(uri, ALL)).toThrow(expect.objectContaining({ code: 'FetchSourceFailed' }));
});

test('a protocol that is not allowed is refused, and the password is not repeated', () => {
  expect(() => parseGitUri('file:///etc', ['https'])).toThrow(/file is not among the protocols allowed here: https/);
  expect(() => parseGitUri('http://ada:hunter22@host/x', ['https'])).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter22') }),
  );
});

test.each(['main', 'feature/x', 'v1.2.3', 'refs/pull/7/head', 'ümlaut'])('%s is a ref', (ref) => {
  expect(checkGitRef(ref)).toBe(ref);
});

test.each([
  '-x',
  '+main',
  '--upload-pack=x',
  'a..b',
  'a b',
  'a:b',
  'a~1',
  'a^',
  'x@{0}',
  '/a',
  'a/',
  'a//b',
  'a\\b',
  'a*',
])('%s is no ref', (ref) => {
  expect(() => checkGitRef(ref)).toThrow(/no name of a branch or tag/);
});

test.each(['--all', 'HEAD', 'abc', 'g'.repeat(40), `${'a'.repeat(40)} x`])('%s is no commit', (commit) => {
  expect(() => checkCommit(commit)).toThrow(/no commit id/);
});
