import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testClock } from '@tagstream/service/testing';
import { expect, onTestFinished, test } from 'vitest';
import { parseKinds, readKinds } from '../src/workload/configured-kinds.ts';
import { followFile } from '../src/workload/follow-file.ts';
import { kindId } from '../src/workload/workload-kind.ts';

const entry = (resource: string, group = 'argoproj.io') =>
  `  - { group: ${group}, version: v1alpha1, resource: ${resource}, kind: Rollout, podSpecPath: spec.template.spec }\n`;
const file = (...entries: string[]) => `workloads:\n${entries.join('')}`;

test('a kind is read as the API server names it, with the place of its pod spec', () => {
  expect(parseKinds(file(entry('rollouts')))).toEqual([
    {
      resource: { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout', namespaced: true },
      base: 'spec.template.spec',
    },
  ]);
  expect(parseKinds('workloads: []')).toEqual([]);
});

test.each([
  { row: 'no list', text: 'kinds: []', says: /workloads/ },
  { row: 'an empty file', text: '', says: /workloads/ },
  {
    row: 'a kind that is listed twice',
    text: file(entry('rollouts'), entry('rollouts')),
    says: /rollouts.argoproj.io/,
  },
  { row: 'a kind that is built in', text: file(entry('deployments', 'apps')), says: /built in/ },
  {
    row: 'a path that is no path',
    text: file(entry('rollouts').replace('spec.template', '/spec/template')),
    says: /podSpecPath/,
  },
  { row: 'a member that is missing', text: 'workloads: [{ group: argoproj.io }]', says: /\/workloads\/0/ },
])('$row is refused with the reason', ({ text, says }) => {
  expect(() => parseKinds(text)).toThrow(says);
});

test('a mounted ConfigMap that is exchanged is taken up; a broken one keeps the old kinds and says so once', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tagstream-kinds-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  /** As the kubelet does: a directory of the new version, and a link that moves to it. */
  const mount = async (version: string, text: string) => {
    await mkdir(join(dir, version));
    await writeFile(join(dir, version, 'kinds.yaml'), text);
    await symlink(version, join(dir, 'next'));
    await rename(join(dir, 'next'), join(dir, '..data'));
  };
  await mount('v1', file(entry('rollouts')));
  await symlink('..data/kinds.yaml', join(dir, 'kinds.yaml'));
  const taken: string[][] = [];
  const problems: (string | undefined)[] = [];
  const clock = testClock();
  await followFile({
    read: () => readKinds(join(dir, 'kinds.yaml')),
    clock,
    signal: stop.signal,
    onChange: (kinds) => taken.push(kinds.map(kindId)),
    onProblem: (problem) => problems.push(problem),
  });
  expect(taken).toEqual([['rollouts.argoproj.io']]);
  const look = async () => {
    await clock.advance(5000);
    await expect.poll(() => clock.sleeping).toBe(1);
  };

  await mount('v2', 'workloads: oops');
  await look();
  await look();
  expect(taken).toHaveLength(1);
  expect(problems).toEqual([expect.stringContaining('/workloads')]);

  await mount('v3', file(entry('rollouts'), entry('services')));
  await look();
  expect(taken.at(-1)).toEqual(['rollouts.argoproj.io', 'services.argoproj.io']);
  expect(problems.at(-1)).toBeUndefined();
});
