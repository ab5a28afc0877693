import type { Build } from '@tagstream/api-types';
import { type PhaseChange, phaseOf } from '@tagstream/build';
import { resources, watchCache } from '@tagstream/kube';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { startInProcess } from './controllers.ts';

const patience = { timeout: 20_000, interval: 50 };
const servers = { natsUrl: inject('natsUrl'), kubeconfig: inject('kubeconfig') };
const from = { kind: 'ImageStreamTag', name: 'base:latest' };
const triggers = [{ type: 'ConfigChange' }, { type: 'ImageChange', imageChange: { from } }];
const image = (version: number) => `registry.example.com/base:${version}`;

const stack = new AsyncDisposableStack();
let cluster: Cluster;
beforeAll(async () => {
  cluster = stack.use(await startCluster(servers.natsUrl, servers.kubeconfig));
});
afterAll(() => stack.disposeAsync());

/** Runs the Builds of a BuildConfig as soon as they may run, until it is stopped. */
function runner(name: string): AsyncDisposable {
  const next: Readonly<Record<string, PhaseChange>> = { Pending: { phase: 'Running' }, Running: { phase: 'Complete' } };
  const entering = new Map<string, Promise<void>>();
  const seen = watchCache(cluster.kube, resources.builds, {
    namespace: cluster.namespace,
    labelSelector: `buildconfig=${name}`,
    project: (build: Build) => build,
    onChange(_, build) {
      const change = build && next[phaseOf(build)];
      const step = `${build?.metadata.name} ${change?.phase}`;
      if (build && change && !entering.has(step)) entering.set(step, cluster.enter(build.metadata.name, change));
    },
  });
  return {
    async [Symbol.asyncDispose]() {
      await seen[Symbol.asyncDispose]();
      await Promise.all(entering.values());
    },
  };
}

/** A first Build because the BuildConfig is new, then a second one because its tag moved. */
async function twoBuilds(name: string): Promise<void> {
  await cluster.moveTag('base', 'latest', image(1));
  await cluster.apply(name, { triggers });
  await expect.poll(() => cluster.builds(name), patience).toEqual([`${name}-1 Complete`]);
  await cluster.moveTag('base', 'latest', image(2));
  await expect.poll(() => cluster.builds(name), patience).toEqual([`${name}-1 Complete`, `${name}-2 Complete`]);
}

const phases = ['New', 'Pending', 'Running', 'Complete'];
const toldOf = (name: string) => cluster.told().filter((text) => text.startsWith(`${name}-`));
const everything = (name: string) => [1, 2].flatMap((number) => phases.map((phase) => `${name}-${number} ${phase}`));

test('two replicas make each Build once and tell each phase once', async () => {
  await using _one = await startInProcess(cluster.env);
  await using _two = await startInProcess(cluster.env);
  await using _runner = runner('two');
  await twoBuilds('two');

  await expect.poll(() => toldOf('two'), patience).toHaveLength(8);
  expect(toldOf('two')).toEqual(everything('two'));
  await expect.poll(() => cluster.events('two-2'), patience).toEqual(['BuildCompleted x1', 'BuildStarted x1']);
  const { status } = await cluster.config('two');
  expect(status).toMatchObject({ lastVersion: 2, imageChangeTriggers: [{ lastTriggeredImageID: image(2) }] });
});

/** Writes around which the service is killed. */
const WRITES = 7;

test('the two Builds take that many writes', async () => {
  await using only = await startInProcess(cluster.env);
  await using _runner = runner('counted');
  await twoBuilds('counted');

  await expect.poll(() => only.writes, patience).toBeGreaterThanOrEqual(WRITES);
});

test.each(
  Array.from({ length: WRITES }, (_, index) => index + 1).flatMap((atWrite) => [
    { atWrite, sent: false, moment: 'before' },
    { atWrite, sent: true, moment: 'after' },
  ]),
)('a service that is killed $moment its write $atWrite leaves the rest to the next one', async ({ atWrite, sent }) => {
  const name = `killed-${atWrite}-${sent ? 'after' : 'before'}`;
  await using _runner = runner(name);
  const first = await startInProcess(cluster.env, { atWrite, sent });
  const done = twoBuilds(name);
  await Promise.race([first.crashed, done]);
  await first[Symbol.asyncDispose]();
  await using _second = await startInProcess(cluster.env);
  await done;

  await expect.poll(() => toldOf(name).length, patience).toBe(8);
  expect(toldOf(name)).toEqual(everything(name));
  await expect
    .poll(async () => (await cluster.config(name)).status, patience)
    .toMatchObject({ lastVersion: 2, imageChangeTriggers: [{ lastTriggeredImageID: image(2) }] });
});
