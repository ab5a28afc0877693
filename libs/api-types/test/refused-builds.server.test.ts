import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProblems, wrongBuildConfig } from './build-problems.ts';
import { kubectl, kubectlOutput } from './kubectl.ts';
import { complaintsAbout, type RefusedRow } from './refused.ts';

const namespace = `builds-${process.pid}`;
const inNamespace = ['--namespace', namespace];

beforeAll(async () => {
  await kubectlOutput(['create', 'namespace', namespace]);
});
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

describe('the API server refuses', () => {
  const rows = buildProblems.flatMap(([title, spec, , says]): RefusedRow[] =>
    says === undefined ? [] : [[title, wrongBuildConfig(spec), says]],
  );
  let complaints: readonly string[];
  beforeAll(async () => {
    complaints = await complaintsAbout(rows);
  });

  test.each(rows.map(([title, , says], row) => ({ title, says, row })))('$title', ({ says, row }) => {
    expect(complaints[row]).toContain(says);
  });
});

describe('the API server accepts, for the service to report', () => {
  const rows = buildProblems.flatMap(([title, spec, , says]): RefusedRow[] =>
    says === undefined ? [[title, wrongBuildConfig(spec), '']] : [],
  );
  let complaints: readonly string[];
  beforeAll(async () => {
    complaints = await complaintsAbout(rows);
  });

  test.each(rows.map(([title], row) => ({ title, row })))('$title', ({ row }) => {
    expect(complaints[row]).toBe('');
  });
});

const build = (spec: object) => ({
  apiVersion: 'build.openshift.io/v1',
  kind: 'Build',
  metadata: { name: 'web-1' },
  spec: { source: { dockerfile: 'FROM scratch' }, strategy: { type: 'Docker', dockerStrategy: {} }, ...spec },
});
const apply = (object: object) => kubectl(['apply', ...inNamespace, '-f', '-'], JSON.stringify(object));
const setStatus = (name: string, status: object, kind = 'build') =>
  kubectl([
    'patch',
    kind,
    name,
    ...inNamespace,
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status }),
  ]);

describe('a Build', () => {
  beforeAll(async () => {
    expect(await apply(build({}))).toMatchObject({ code: 0 });
  });

  test.each([
    ['another source', { source: { dockerfile: 'FROM other' } }, 'spec.source: Invalid value: spec is immutable'],
    [
      'another strategy',
      { strategy: { type: 'Docker', dockerStrategy: { noCache: true } } },
      'spec.strategy: Invalid value',
    ],
    ['a revision', { revision: { git: { commit: 'a' } } }, 'spec.revision: Invalid value: spec is immutable'],
    ['another target', { output: { to: { kind: 'DockerImage', name: 'a:b' } } }, 'spec.output.to: Invalid value'],
  ])('does not take %s later', async (_, spec, says) => {
    const { code, stderr } = await apply(build(spec));

    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  });

  test('takes a push secret later', async () => {
    expect(await apply(build({ output: { pushSecret: { name: 'push' } } }))).toMatchObject({ code: 0 });
  });

  test('stays as it is once it is over', async () => {
    expect(await setStatus('web-1', { phase: 'Running' })).toMatchObject({ code: 0 });
    expect(await setStatus('web-1', { phase: 'Failed', reason: 'FetchSourceFailed' })).toMatchObject({ code: 0 });
    expect(await setStatus('web-1', { logSnippet: 'fatal: not found' })).toMatchObject({ code: 0 });
    const { stderr } = await setStatus('web-1', { phase: 'Running' });

    expect(stderr).toContain('status.phase: Invalid value: phase cannot be updated from a terminal state');
  });

  test('does not take a phase that there is not', async () => {
    const { stderr } = await setStatus('web-1', { phase: 'Done' });

    expect(stderr).toContain('status.phase: Unsupported value: "Done"');
  });
});

test('the number of builds never goes back, and an export of the BuildConfig does not touch it', async () => {
  const exported = { ...wrongBuildConfig({}), status: { lastVersion: 1 } };
  await apply(exported);
  await setStatus('web', { lastVersion: 7 }, 'buildconfig');
  await apply(exported);
  const { stderr } = await setStatus('web', { lastVersion: 6 }, 'buildconfig');

  expect(stderr).toContain('status.lastVersion: Invalid value: 6: cannot be decremented');
  expect(await kubectlOutput(['get', 'bc', 'web', ...inNamespace, '-o', 'jsonpath={.status.lastVersion}'])).toBe('7');
});
