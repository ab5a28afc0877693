import { Command, InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { humanDuration, parseDuration } from '../src/duration.ts';
import { addDryRun, plainFlags } from '../src/options.ts';
import { type KindName, parseTargets } from '../src/targets.ts';

const program = new Command().option('-n, --namespace <name>');
const rollout = program.command('rollout');
addDryRun(rollout.command('latest').option('--again'));
rollout.command('status').option('-w, --watch', '', true).option('--no-watch');

test.each<[string, string[], string[]]>([
  ['--watch=false is --no-watch', ['status', 'dc/web', '--watch=false'], ['status', 'dc/web', '--no-watch']],
  ['--watch=true is --watch', ['--watch=true'], ['--watch']],
  ['a flag that is off by default goes when it is false', ['latest', '--again=false', 'web'], ['latest', 'web']],
  ['--dry-run=client is --dry-run', ['--dry-run=client'], ['--dry-run']],
  ['--dry-run=none goes', ['--dry-run=none'], []],
  ['--dry-run=server is left for commander to refuse', ['--dry-run=server'], ['--dry-run=server']],
  ['--dry-run=true is left for commander to refuse', ['--dry-run=true'], ['--dry-run=true']],
  ['a value of an option is left alone', ['--namespace=true'], ['--namespace=true']],
  ['what follows -- is left alone', ['--', '--watch=false'], ['--', '--watch=false']],
])('flags with values: %s', (_, args, expected) => {
  expect(plainFlags(program, args)).toEqual(expected);
});

const workloads: readonly KindName[] = ['dc', 'deploy', 'cj'];

test.each<[string[], readonly KindName[], string[]]>([
  [['dc/web'], ['dc'], ['dc web']],
  [['web'], ['dc'], ['dc web']],
  [['dc', 'web', 'db'], ['dc'], ['dc web', 'dc db']],
  [['deploymentconfig.apps.openshift.io/web'], ['dc'], ['dc web']],
  [['DeploymentConfigs', 'web'], ['dc'], ['dc web']],
  [['dc/web', 'deployments.apps/web', 'cronjob.batch/nightly'], workloads, ['dc web', 'deploy web', 'cj nightly']],
  [['is/web:latest'], ['is'], ['is web:latest']],
])('%j names %j', (args, allowed, expected) => {
  expect(parseTargets(args, allowed).map(({ kind, name }) => `${kind} ${name}`)).toEqual(expected);
});

test.each<[string[], readonly KindName[], string]>([
  [[], ['dc'], 'name an object as TYPE/NAME, TYPE being one of dc'],
  [['dc'], ['dc'], 'the name is missing: write dc/NAME'],
  [['web'], workloads, 'name an object as TYPE/NAME, TYPE being one of dc, deploy, cj'],
  [['sts/web'], ['dc'], '"sts" is not a type that this works on: use dc'],
  [['deployment.apps.openshift.io/web'], workloads, 'is not a type that this works on'],
  [['pod/web'], workloads, '"pod" is not a type that this works on'],
  [['dc/web/x'], ['dc'], '"dc/web/x" must be TYPE/NAME'],
  [['dc/web', 'db'], ['dc'], '"db" must be TYPE/NAME'],
  [['dc/'], ['dc'], '"dc/" must be TYPE/NAME'],
])('%j is refused', (args, allowed, message) => {
  expect(() => parseTargets(args, allowed)).toThrow(message);
});

test.each([
  ['0', 0],
  ['30s', 30_000],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['1.5s', 1500],
  ['250ms', 250],
])('%s is a duration of %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 's', '5d', '5s3', '-5s', '5 s'])('"%s" is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow(InvalidArgumentError);
});

const second = 1000;
const hour = 3600 * second;

test.each([
  [500, 'less than a second'],
  [second, '1 second'],
  [59 * second, '59 seconds'],
  [60 * second, 'about a minute'],
  [119 * second, 'about a minute'],
  [10 * 60 * second, '10 minutes'],
  [hour, 'about an hour'],
  [5 * hour, '5 hours'],
  [72 * hour, '3 days'],
  [24 * 21 * hour, '3 weeks'],
])('%i ms are %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});
