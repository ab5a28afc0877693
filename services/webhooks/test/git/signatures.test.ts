import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { GitHost } from '../../src/git/git-host.ts';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { allTriggers, buildConfig, gitRequest, testGitHooks } from './git-hooks.ts';

const SECRET = 'in-the-url';
const SIGNING = 'signed-with';
const TOKEN = `whsec_${Buffer.from('a key of thirty-two bytes, no less').toString('base64')}`;
const NOW_MS = Date.parse('2026-11-21T10:00:00.000Z');

/** A hook whose Secret has these signing secrets. */
const hooks = (...signing: string[]) =>
  testGitHooks({
    config: buildConfig(allTriggers({ secretReference: { name: 'hook' } })),
    secrets: { 'shop/hook': { value: SECRET, signing } },
    change: { now: () => NOW_MS },
  });

async function status(type: string, signing: string[], headers: Readonly<Record<string, string>>) {
  const { app, orders } = hooks(...signing);
  const request = gitRequest(type, SECRET);
  const response = await app.inject({ ...request, headers: { ...request.headers, ...headers } });
  expect(orders).toHaveLength(response.statusCode === 200 ? 1 : 0);
  return response.statusCode;
}

const bodyOf = (type: string) => Buffer.from(gitRequest(type, SECRET).body);
const hex = (type: string, secret = SIGNING) => createHmac('sha256', secret).update(bodyOf(type)).digest('hex');
const signedBy = (type: string, secret: string, nowMs = NOW_MS) =>
  (gitHosts.get(type) as GitHost).proof.sign(secret, bodyOf(type), nowMs).headers ?? {};

describe('with a signing secret', () => {
  test.each([...gitHosts.keys()])('%s: only a signed delivery builds', async (type) => {
    expect(await status(type, [SIGNING], signedBy(type, SIGNING))).toBe(200);
    expect(await status(type, [SIGNING], {})).toBe(401);
    expect(await status(type, [SIGNING], signedBy(type, 'another'))).toBe(401);
    expect(await status(type, ['new-one', SIGNING], signedBy(type, SIGNING))).toBe(200);
    expect(await status(type, [], {})).toBe(200);
  });

  test.each([
    ['GitHub', 'github', { 'x-hub-signature-256': `sha256=${hex('github')}` }, 200],
    ['Forgejo', 'github', { 'x-forgejo-signature': hex('github') }, 200],
    ['Gitea', 'github', { 'x-gitea-signature': hex('github') }, 200],
    ['Gogs', 'github', { 'x-gogs-signature': hex('github') }, 200],
    ['Bitbucket', 'bitbucket', { 'x-hub-signature': `sha256=${hex('bitbucket')}` }, 200],
    ['curl', 'generic', { 'x-hub-signature-256': `sha256=${hex('generic')}` }, 200],
    ['GitHub’s old header, which is SHA-1,', 'github', { 'x-hub-signature': `sha256=${hex('github')}` }, 401],
    [
      'a right signature beside a wrong one',
      'github',
      { 'x-hub-signature-256': 'sha256=00', 'x-gitea-signature': hex('github') },
      401,
    ],
    ['a secret token of GitLab', 'gitlab', { 'x-gitlab-token': SIGNING }, 200],
    ['another token of GitLab', 'gitlab', { 'x-gitlab-token': 'another' }, 401],
  ])('%s sends it as it does', async (_who, type, headers, expected) => {
    expect(await status(type, [SIGNING], headers)).toBe(expected);
  });
});

describe('the signature of GitLab’s signing token', () => {
  const signed = signedBy('gitlab', TOKEN);
  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['is taken', signed, 200],
    ['is taken among others', { ...signed, 'webhook-signature': `v2,xx v1,AAAA ${signed['webhook-signature']}` }, 200],
    ['is not taken for another id', { ...signed, 'webhook-id': 'another' }, 401],
    ['is not taken for another time', { ...signed, 'webhook-timestamp': String(NOW_MS / 1000 + 1) }, 401],
    ['is not taken when it is old', signedBy('gitlab', TOKEN, NOW_MS - 301_000), 401],
    ['is not taken without a time', { ...signed, 'webhook-timestamp': '' }, 401],
    ['decides alone', { ...signed, 'webhook-signature': 'v1,AAAA', 'x-gitlab-token': TOKEN }, 401],
  ])('%s', async (_what, headers, expected) => {
    expect(await status('gitlab', [TOKEN], headers)).toBe(expected);
  });

  test('is that of the Standard Webhooks specification', () => {
    const key = Buffer.from(TOKEN.slice('whsec_'.length), 'base64');
    const text = `${signed['webhook-id']}.${signed['webhook-timestamp']}.${bodyOf('gitlab')}`;
    expect(signed['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(text).digest('base64')}`);
  });
});
