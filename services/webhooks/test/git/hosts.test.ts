import { describe, expect, test } from 'vitest';
import { builds, decide, type Given, refuses, skips, source } from './decide-hook.ts';

const GITHUB = '9bdc3a26ff933b32f3e558636b58aea86a69f051';
const GITLAB = 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7';
const GOGS = 'bffeb74224043ba2feb48d137756c8a9331c449a';
const CLOUD = '03f4a7270240708834de475bcf21532d6134777e';
const SERVER = '178864a7d521b6f5e720b386b2c2b0ef8563e0dc';
const gogs = { 'x-github-event': undefined, 'x-gogs-event': 'push' };
const form = (payload: object) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
const push = (ref: string, more: object = {}) => ({ ref, head_commit: { id: GITHUB }, ...more });

describe('GitHub and Gogs', () => {
  test.each<[string, Given, object]>([
    ['#93 a push to the branch is built, with the commit at its head', {}, builds(GITHUB)],
    [
      '#94 charset=utf-8 makes no difference',
      { headers: { 'content-type': 'application/json; charset=utf-8' } },
      builds(GITHUB),
    ],
    ['#94 X-Gogs-Event: push is as good as GitHub’s header', { headers: gogs }, builds(GITHUB)],
    ['#95 a ping is answered and builds nothing', { headers: { 'x-github-event': 'ping' } }, skips('ping')],
    ['#95 a ping without a body is answered', { headers: { 'x-github-event': 'ping' }, body: '' }, skips('ping')],
    [
      '#96 another event is unknown',
      { headers: { 'x-github-event': 'wrong' } },
      refuses('Unknown X-GitHub-Event or X-Gogs-Event wrong'),
    ],
    [
      '#96 no event at all',
      { headers: { 'x-github-event': undefined } },
      refuses('missing X-GitHub-Event or X-Gogs-Event'),
    ],
    ['#97 an empty body', { body: '' }, refuses('unexpected end of JSON input')],
    ['#97 a body that ends too early', { body: '{"ref": "refs/he' }, refuses('unexpected end of JSON input')],
    [
      '#98 another branch that is the one',
      { body: push('refs/heads/my_other_branch'), source: source('my_other_branch') },
      builds(GITHUB),
    ],
    ['#98 another branch that is not', { source: source('wrongref') }, skips('ref')],
    ['#98 no ref in the BuildConfig means master', { source: source(undefined) }, builds(GITHUB)],
    ['a BuildConfig without git follows master too', { source: source(null) }, builds(GITHUB)],
    ['main is not master', { body: push('refs/heads/main'), source: source(undefined) }, skips('ref')],
    [
      'a tag is followed as refs/tags/…',
      { body: push('refs/tags/v1'), source: source('refs/tags/v1') },
      builds(GITHUB),
    ],
    ['a tag is no branch of the same name', { body: push('refs/tags/v1'), source: source('v1') }, skips('ref')],
    ['a branch in the BuildConfig may be written in full', { source: source('refs/heads/master') }, builds(GITHUB)],
    [
      'a branch that is gone is built without a commit',
      { body: push('refs/heads/master', { head_commit: null, deleted: true }) },
      { kind: 'build', wish: { revision: { type: 'Git', git: {} } } },
    ],
    ['Gogs has no head_commit: it is the commit that the branch is at', { sample: 'gogs' }, builds(GOGS)],
    ['a form is as good as JSON', { headers: asForm, body: form(push('refs/heads/master')) }, builds(GITHUB)],
    ['a form without payload', { headers: asForm, body: 'a=b' }, refuses('no field "payload"')],
    [
      'a form whose payload ends too early',
      { headers: asForm, body: 'payload=%7B%22ref%22' },
      refuses('expected a push event of GitHub'),
    ],
    [
      'another content type',
      { headers: { 'content-type': 'text/plain' } },
      refuses('unsupported Content-Type text/plain'),
    ],
    [
      'no content type',
      { headers: { 'content-type': undefined } },
      refuses('non-parseable Content-Type  (mime: no media type)'),
    ],
    [
      'a broken content type',
      { headers: { 'content-type': 'a//b' } },
      refuses('non-parseable Content-Type a//b (mime: expected token after slash)'),
    ],
    ['a body that is not JSON', { body: 'ref=1' }, refuses('not JSON')],
    ['a body of another shape', { body: { ref: 1 } }, refuses('is not a push event of GitHub: /ref')],
    ['a body nested too deeply', { body: '['.repeat(100) }, refuses('nested deeper')],
  ])('%s', (_what, given, decision) => {
    expect(decide('github', given)).toMatchObject(decision);
  });

  test('the revision has the commit, who wrote it and who committed it', () => {
    expect(decide('github', {})).toEqual({
      kind: 'build',
      wish: {
        revision: {
          type: 'Git',
          git: {
            commit: GITHUB,
            message: 'Added license',
            author: { name: 'Ada Example', email: 'ada@example.com' },
            committer: { name: 'Grace Example', email: 'grace@example.com' },
          },
        },
      },
    });
  });
});

describe('GitLab', () => {
  const one = (ref: string) => ({ ref, commits: [{ id: GITLAB }] });
  test.each<[string, Given, object]>([
    ['#99 the commit is the last of the list', {}, builds(GITLAB)],
    [
      '#99 another event is unknown',
      { headers: { 'x-gitlab-event': 'wrong' } },
      refuses('Unknown X-Gitlab-Event wrong'),
    ],
    ['#99 no event at all', { headers: { 'x-gitlab-event': undefined } }, refuses('missing X-Gitlab-Event')],
    [
      '#98 another branch that is the one',
      { body: one('refs/heads/my_other_branch'), source: source('my_other_branch') },
      builds(GITLAB),
    ],
    ['#98 another branch that is not', { source: source('wrongref') }, skips('ref')],
    ['#98 no ref in the BuildConfig means master', { source: source(undefined) }, builds(GITLAB)],
    [
      'a pushed tag is another event',
      { headers: { 'x-gitlab-event': 'Tag Push Hook' } },
      refuses('Unknown X-Gitlab-Event Tag Push Hook'),
    ],
    [
      'a branch without new commits is built as it is',
      { body: { ref: 'refs/heads/master', checkout_sha: GITLAB, commits: [] } },
      builds(GITLAB),
    ],
    [
      'a branch that is gone is built without a commit',
      { body: { ref: 'refs/heads/master', checkout_sha: null, commits: [] } },
      { kind: 'build', wish: { revision: { type: 'Git', git: {} } } },
    ],
    [
      'a form is not taken',
      { headers: asForm, body: form(one('refs/heads/master')) },
      refuses('unsupported Content-Type application/x-www-form-urlencoded'),
    ],
    ['an empty body', { body: '' }, refuses('unexpected end of JSON input')],
  ])('%s', (_what, given, decision) => {
    expect(decide('gitlab', given)).toMatchObject(decision);
  });

  test('who wrote the commit counts as who committed it', () => {
    const ada = { name: 'Ada Example', email: 'ada@example.com' };
    expect(decide('gitlab', {})).toMatchObject({ wish: { revision: { git: { author: ada, committer: ada } } } });
  });
});

describe('Bitbucket', () => {
  const change = (name: string | null, commits?: object[], type = 'branch') => ({
    old: name && { name, type },
    commits,
  });
  const cloud = (...changes: object[]) => ({ push: { changes } });
  const moved = (id: string, displayId: string, type: string) => ({
    changes: [{ ref: { id, displayId, type }, toHash: SERVER }],
  });
  const server = { sample: 'server' };
  test.each<[string, Given, object]>([
    ['#100 a push in the Cloud', {}, builds(CLOUD)],
    ['#100 a push on a server of one’s own', server, builds(SERVER)],
    [
      '#101 repo:push with the payload of a server',
      { ...server, headers: { 'x-event-key': 'repo:push' } },
      refuses('Unable to extract valid event from payload'),
    ],
    [
      '#101 repo:refs_changed with the payload of the Cloud',
      { headers: { 'x-event-key': 'repo:refs_changed' } },
      refuses('Unable to extract valid event from payload'),
    ],
    [
      'another event is unknown',
      { headers: { 'x-event-key': 'repo:fork' } },
      refuses('Unknown Bitbucket X-Event-Key repo:fork'),
    ],
    ['no event at all', { headers: { 'x-event-key': undefined } }, refuses('missing X-Event-Key')],
    [
      'the test of a connection is answered',
      { headers: { 'x-event-key': 'diagnostics:ping' }, body: { test: true } },
      skips('ping'),
    ],
    ['another branch in the Cloud', { source: source('next') }, skips('ref')],
    ['another branch on a server', { ...server, source: source('next') }, skips('ref')],
    ['a new branch in the Cloud has no old name', { body: cloud(change(null, [{ hash: CLOUD }])) }, skips('ref')],
    ['a change without commits says nothing', { body: cloud(change('master')) }, refuses('Unable to extract')],
    [
      'of several branches the one that is followed counts',
      { body: cloud(change('next', [{ hash: GITHUB }]), change('master', [{ hash: CLOUD }])) },
      builds(CLOUD),
    ],
    [
      'a tag in the Cloud is no branch of the same name',
      { body: cloud(change('master', [{ hash: CLOUD }], 'tag')) },
      skips('ref'),
    ],
    [
      'a tag on a server is no branch of the same name',
      { ...server, body: moved('refs/tags/master', 'master', 'TAG') },
      skips('ref'),
    ],
    [
      'a tag on a server that is followed',
      { ...server, body: moved('refs/tags/v1', 'v1', 'TAG'), source: source('refs/tags/v1') },
      builds(SERVER),
    ],
    ['an empty body', { body: '' }, refuses('unexpected end of JSON input')],
    ['a form is not taken', { headers: asForm, body: 'payload=%7B%7D' }, refuses('unsupported Content-Type')],
  ])('%s', (_what, given, decision) => {
    expect(decide('bitbucket', given)).toMatchObject(decision);
  });

  test.each([
    ['as today', { raw: 'Ada Example <ada@example.com>' }, { name: 'Ada Example', email: 'ada@example.com' }],
    ['as once', { username: 'emmap1', raw: 'Emma <e@example.com>' }, { name: 'emmap1' }],
    ['by an address alone', { raw: '<ada@example.com>' }, { email: 'ada@example.com' }],
  ])('the author is named %s', (_when, author, person) => {
    const body = cloud(change('master', [{ hash: CLOUD, author }]));
    expect(decide('bitbucket', { body })).toMatchObject({
      wish: { revision: { git: { author: person, committer: person } } },
    });
  });
});
