import { randomUUID } from 'node:crypto';
import type { Build, BuildConfig } from '@tagstream/api-types';
import { claimBuild, type PhaseChange, phaseOf, writePhase } from '@tagstream/build';
import type { Bus } from '@tagstream/bus';
import { buildLogSubject } from '@tagstream/events';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { openPlace } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { runCli } from './support/run-cli.ts';

const patience = { timeout: 20_000, interval: 50 };
const natsUrl = inject('natsUrl');
const kubeconfig = inject('kubeconfig');
const stack = new AsyncDisposableStack();
let namespace: string;
let prefix: string;
let kube: KubeClient;
let bus: Bus;
let name: string;

beforeAll(async () => {
  const place = stack.use(await openPlace(natsUrl, kubeconfig, 'cli'));
  ({ namespace, prefix, kube, bus } = place);
  stack.use(await startService('builds', place.env));
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  name = `bc-${randomUUID().slice(0, 6)}`;
  await kube.create<BuildConfig>(resources.buildConfigs, {
    metadata: { name, namespace },
    spec: { source: { dockerfile: 'FROM scratch' }, strategy: { type: 'Docker', dockerStrategy: {} } },
  });
});

const cli = (...args: string[]) =>
  runCli([...args, '-n', namespace], { kubeconfig, env: { NATS_URL: natsUrl, TAGSTREAM_PREFIX: prefix } });
const build = (number: number) => kube.get<Build>({ resource: resources.builds, namespace, name: `${name}-${number}` });
const full = (number: number) => `build.build.openshift.io/${name}-${number}`;
const inPhase = (number: number, phase: string) =>
  expect.poll(async () => phaseOf(await build(number)), patience).toBe(phase);

/** A write of whoever runs builds, made anew when the service wrote in between. */
async function write(number: number, change: (current: Build) => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await change(await build(number));
      return;
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
  }
}
const enter = (number: number, change: PhaseChange) =>
  write(number, (current) => writePhase(kube, current, change, new Date()));
const say = (number: number, text: string) =>
  bus.storeText(buildLogSubject(namespace, `${name}-${number}`), text, { id: randomUUID() });
const log = (number: number) => `nats:${prefix}.${buildLogSubject(namespace, `${name}-${number}`)}`;

/** Runs a Build that has its turn, with a log of two pieces. */
async function runBuild(number: number, end: PhaseChange): Promise<void> {
  await inPhase(number, 'Pending');
  await write(number, (current) => claimBuild(kube, current, { runner: 'test/1', log: log(number) }));
  await enter(number, { phase: 'Running' });
  await say(number, 'STEP 1\n');
  await say(number, 'STEP 2\n');
  await enter(number, end);
}

describe('start-build', () => {
  test('starts a build with what was asked for, and says so', async () => {
    const result = await cli(
      ...['start-build', `bc/${name}`, '--env', 'A=1', '-e', 'B=x=y', '--build-arg', 'V=2', '--commit', 'abc'],
      ...['--no-cache', '--build-loglevel', '5'],
    );

    expect(result).toEqual({ code: 0, out: `${full(1)} started\n`, err: '' });
    const { spec } = await build(1);
    expect(spec.strategy.dockerStrategy).toEqual({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: 'x=y' },
        { name: 'BUILD_LOGLEVEL', value: '5' },
      ],
      buildArgs: [{ name: 'V', value: '2' }],
      noCache: true,
    });
    expect(spec.revision).toEqual({ type: 'Git', git: { commit: 'abc' } });
    expect(spec.triggeredBy).toEqual([{ message: 'Manually triggered' }]);
  });

  test('#126 --from-build repeats one', async () => {
    await cli('start-build', name);

    expect(await cli('start-build', '--from-build', `${name}-1`, '-o', 'name')).toMatchObject({
      code: 0,
      out: `${full(2)}\n`,
    });
    expect((await build(2)).metadata.annotations?.['openshift.io/build.clone-of']).toBe(`${name}-1`);
  });

  test('--follow --wait shows the log and waits for the end', async () => {
    const done = cli('start-build', name, '--follow', '--wait');
    await expect.poll(() => build(1).catch(() => undefined), patience).toBeDefined();
    await runBuild(1, { phase: 'Complete' });

    expect(await done).toEqual({ code: 0, out: `${full(1)} started\nSTEP 1\nSTEP 2\n`, err: '' });
  });

  test('--wait ends with 1 when the build fails', async () => {
    const done = cli('start-build', name, '--wait');
    await expect.poll(() => build(1).catch(() => undefined), patience).toBeDefined();
    await runBuild(1, { phase: 'Failed', reason: 'DockerBuildFailed' });

    expect(await done).toEqual({
      code: 1,
      out: `${full(1)} started\n`,
      err: `error: the build ${namespace}/${name}-1 status is "Failed"\n`,
    });
  });

  test.each([
    ['of a BuildConfig that is not there', ['none'], 1, 'buildconfigs.build.openshift.io "none" not found'],
    ['of a Build that is not there', ['--from-build', 'none-1'], 1, 'builds.build.openshift.io "none-1" not found'],
    ['of nothing', [], 2, 'name a BuildConfig: start-build bc/NAME'],
    ['of a tag', ['istag/a:b'], 2, '"istag" is not a type that this works on: use bc'],
  ])('%s is refused', async (_, args, code, says) => {
    const result = await cli('start-build', ...args);

    expect(result.code).toBe(code);
    expect(result.err).toContain(says);
  });

  test('says what to do when options do not fit the strategy', async () => {
    expect(await cli('start-build', name, '--incremental')).toMatchObject({
      code: 1,
      err: `error: Cannot specify Source build specific options on ${namespace}/${name}, not a Source build.\n`,
    });
  });
});

describe('cancel-build', () => {
  test('ends a build that waits, and starts it again', async () => {
    await cli('start-build', name);
    await inPhase(1, 'Pending');

    expect(await cli('cancel-build', `${name}-1`, '--restart')).toEqual({
      code: 0,
      out: `${full(1)} marked for cancellation, waiting to be cancelled\n${full(1)} cancelled\n${full(2)} restarted\n`,
      err: '',
    });
    await inPhase(2, 'Pending');
  });

  test('of a BuildConfig ends those in a state', async () => {
    for (let number = 1; number <= 3; number += 1) await cli('start-build', name);
    await inPhase(1, 'Pending');
    await inPhase(3, 'New');
    const { code } = await cli('cancel-build', `bc/${name}`, '--state=new');

    expect(code).toBe(0);
    await inPhase(2, 'Cancelled');
    await inPhase(3, 'Cancelled');
    await inPhase(1, 'Pending');
  });

  test('refuses one that is over', async () => {
    await cli('start-build', name);
    await runBuild(1, { phase: 'Complete' });

    expect(await cli('cancel-build', `build/${name}-1`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('it is Complete'),
    });
  });
});

describe('logs', () => {
  test('shows what a build said, the newest one of a BuildConfig or the one of a number', async () => {
    for (const number of [1, 2]) {
      await cli('start-build', name);
      await runBuild(number, { phase: 'Complete' });
    }
    await say(2, 'afterwards\n');

    expect((await cli('logs', `bc/${name}`)).out).toBe('STEP 1\nSTEP 2\nafterwards\n');
    expect((await cli('logs', `bc/${name}`, '--version=1')).out).toBe('STEP 1\nSTEP 2\n');
    expect((await cli('logs', `build/${name}-1`, '-f')).out).toBe('STEP 1\nSTEP 2\n');
  });

  test('shows the last lines that the Build keeps when there is nothing else', async () => {
    await cli('start-build', name);
    await inPhase(1, 'Pending');
    await enter(1, { phase: 'Failed', logSnippet: 'fatal: not found' });

    expect((await cli('logs', `build/${name}-1`)).out).toBe('fatal: not found\n');
  });

  test('says that there are none', async () => {
    expect(await cli('logs', `bc/${name}`)).toMatchObject({ code: 1, err: `error: no builds found for "${name}"\n` });
    await cli('start-build', name);
    await cli('cancel-build', `${name}-1`);

    expect(await cli('logs', `build/${name}-1`)).toMatchObject({
      code: 1,
      err: 'error: No logs are available: the build is Cancelled\n',
    });
  });
});
