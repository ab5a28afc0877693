import { expect, test } from 'vitest';
import { createProgram } from '../src/program.ts';
import { runCli } from './support/run-cli.ts';

test('help lists the commands and exits with 0', async () => {
  const { code, out, err } = await runCli(['--help']);

  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const name of [
    'rollout',
    'rollback',
    'create',
    'set',
    'tag',
    'import-image',
    'history',
    'convert',
    'explain',
    'checks',
    'webhook',
    'version',
    'completion',
  ]) {
    expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  }
});

test('every command has a summary, and examples in its help', async () => {
  const host = { env: {}, programName: 'tagstream', out: () => {}, err: () => {}, colour: { out: false, err: false } };
  const program = createProgram({ ...host, now: Date.now, signal: new AbortController().signal });
  const leaves = program.commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));

  for (const command of leaves.filter((leaf) => !['completion', 'complete', 'version'].includes(leaf.name()))) {
    const path = [command.parent!.name(), command.name()].filter((name) => name !== 'tagstream');
    const { code, out } = await runCli([...path, '--help']);
    expect(command.summary(), command.name()).not.toBe('');
    expect({ code, out }, command.name()).toEqual({
      code: 0,
      out: expect.stringMatching(/\nExamples:\n {2}# .*\n {2}tagstream /),
    });
  }
});

test('the version is printed', async () => {
  expect((await runCli(['version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each<[string, string[], string]>([
  ['an unknown command', ['rolout'], 'Did you mean rollout?'],
  ['an unknown option', ['rollout', 'latest', 'dc/web', '--agin'], 'Did you mean --again?'],
  ['a missing argument', ['rollout', 'latest'], "missing required argument 'dc'"],
  ['a missing option', ['create', 'dc', 'web'], "required option '--image <image>' not specified"],
  ['a number that is none', ['rollout', 'undo', 'dc/web', '--to-revision=x'], 'It must be a whole number.'],
  ['a duration that is none', ['rollout', 'status', 'dc/web', '--timeout=5'], 'It must be a duration'],
  [
    'an output format that is none',
    ['rollout', 'latest', 'web', '-o', 'wide'],
    'Allowed choices are json, yaml, name.',
  ],
  ['a dry run by the server', ['rollout', 'latest', 'web', '--dry-run=server'], 'unknown option'],
])('%s is a usage error: exit code 2, and nothing on standard output', async (_, args, message) => {
  const { code, out, err } = await runCli(args, { kubeconfig: '/does/not/exist' });

  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
});

test('what goes wrong is a sentence on standard error and exit code 1', async () => {
  expect(await runCli(['rollout', 'pause', 'dc/web'], { kubeconfig: '/does/not/exist' })).toEqual({
    code: 1,
    out: '',
    err: 'error: kubeconfig /does/not/exist does not exist: check the path\n',
  });
});

test('colours are shown where a terminal is', async () => {
  const { err } = await runCli(['rollout', 'pause', 'dc/web'], { kubeconfig: '/does/not/exist', colour: true });

  expect(err).toContain('\u001B[31merror:\u001B[39m');
});
