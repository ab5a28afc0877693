import { describe, expect, test } from 'vitest';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { builds, decide, type Given, source } from './decide-hook.ts';

const GITHUB = '9bdc3a26ff933b32f3e558636b58aea86a69f051';

describe('the generic hook', () => {
  const json = { 'content-type': 'application/json' };
  const yaml = { 'content-type': 'application/yaml' };
  const env = [{ name: 'EXAMPLE', value: 'sample-app' }];
  const bare = { kind: 'build', wish: {} };
  const warned = (text: string) => ({ kind: 'build', wish: {}, warning: expect.stringContaining(text) });
  const skipped = (text: string) => ({ kind: 'skip', reason: 'ref', warning: text });
  const noGit = 'no git information found in payload, ignoring and continuing with build';
  const odd = 'asdfkasdfasdfasdfadsfkjhkhkh';
  test.each<[string, Given, object]>([
    ['#102 an empty JSON body builds, without revision and warning', { body: '' }, bare],
    ['#103 a payload for the branch builds its commit', {}, builds(GITHUB)],
    [
      '#103 charset=utf-8 makes no difference',
      { headers: { 'content-type': 'application/json; charset=utf-8' } },
      builds(GITHUB),
    ],
    [
      '#104 a payload for another branch',
      { source: source(odd) },
      skipped('skipping build. Branch reference from "refs/heads/master" does not match configuration'),
    ],
    ['#105 of several refs the one that is followed counts', { sample: 'refs' }, builds(GITHUB)],
    [
      '#105 none of several refs is followed',
      { sample: 'refs', source: source('other') },
      skipped('skipping build. None of the supplied refs matched "other"'),
    ],
    [
      'a ref that is not given is quoted as it is',
      { sample: 'refs', body: { git: { refs: [] } }, source: source(undefined) },
      skipped('skipping build. None of the supplied refs matched ""'),
    ],
    [
      'an empty ref matches nothing',
      { body: { git: { commit: GITHUB } } },
      skipped('skipping build. Branch reference from "" does not match configuration'),
    ],
    [
      '#106 variables are passed on where that is allowed',
      { source: source('master', true) },
      { kind: 'build', wish: { env } },
    ],
    [
      '#106 variables in YAML',
      {
        headers: yaml,
        body: 'git: {ref: master}\nenv:\n- name: EXAMPLE\n  value: sample-app\n',
        source: source('master', true),
      },
      { kind: 'build', wish: { env } },
    ],
    [
      '#107 a push of GitLab is built with a warning',
      { body: gitHosts.get('gitlab')?.samples[0]?.body },
      warned(noGit),
    ],
    [
      '#108 content type */*',
      { headers: { 'content-type': '*/*' } },
      warned('invalid Content-Type on payload, ignoring payload and continuing with build'),
    ],
    [
      '#108 content type bad',
      { headers: { 'content-type': 'bad' } },
      warned('invalid Content-Type on payload, ignoring payload and continuing with build'),
    ],
    [
      '#109 content type bad//bad',
      { headers: { 'content-type': 'bad//bad' } },
      { kind: 'refused', message: 'error parsing Content-Type: mime: expected token after slash' },
    ],
    [
      '#110 broken JSON',
      { body: '{"git": ' },
      warned('error unmarshalling payload: it is not JSON, ignoring payload and continuing with build'),
    ],
    [
      '#110 broken YAML',
      { headers: yaml, body: 'git: [' },
      warned('error converting payload to json: it is not YAML, ignoring payload and continuing with build'),
    ],
    [
      'no content type, even without a body',
      { headers: { 'content-type': undefined }, body: '' },
      warned('invalid Content-Type'),
    ],
    ['JSON of another shape', { body: { git: 'master' } }, warned('error unmarshalling payload: /git')],
    [
      'a build from something else than git needs no git',
      { source: source(null), body: {} },
      { kind: 'build', wish: {} },
    ],
    [
      'the git of a build from something else is not looked at',
      { source: source(null) },
      { kind: 'build', wish: { dockerStrategyOptions: { noCache: true } } },
    ],
    ['null is nothing', { body: 'null' }, warned(noGit)],
    [
      'YAML that is larger than it may be',
      { headers: yaml, body: `a: ${'x'.repeat(70_000)}` },
      warned('YAML may have 32768 bytes'),
    ],
    ['YAML that unfolds', { headers: yaml, body: 'a: &a [1]\nb: [*a, *a]' }, warned('it is not YAML')],
    ['YAML that is nested too deeply', { headers: yaml, body: '['.repeat(30_000) }, warned('it is not YAML')],
  ])('%s', (_what, given, decision) => {
    expect(decide('generic', { headers: json, ...given })).toMatchObject(decision);
  });

  test('#106 variables are left out where they are not allowed, and the options of the strategy are not', () => {
    expect(decide('generic', {})).toMatchObject({
      kind: 'build',
      wish: { dockerStrategyOptions: { buildArgs: [{ name: 'VERSION', value: '1.4' }], noCache: true } },
    });
    expect(decide('generic', {})).not.toHaveProperty('wish.env');
  });

  test('a variable never takes its value from a Secret', () => {
    const valueFrom = { secretKeyRef: { name: 'prod', key: 'password' } };
    const body = { git: { ref: 'master' }, env: [{ name: 'A', valueFrom }] };
    expect(decide('generic', { body, source: source('master', true) })).toMatchObject({
      wish: { env: [{ name: 'A' }] },
    });
    expect(JSON.stringify(decide('generic', { body, source: source('master', true) }))).not.toContain('prod');
  });
});
