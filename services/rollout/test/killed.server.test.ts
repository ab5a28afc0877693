import type { LifecycleHook, ReplicationController } from '@tagstream/api-types';
import type { RolloutPod } from '@tagstream/deployment';
import { resources, watchCache } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Cluster, startCluster, template } from './cluster.ts';

const patience = { timeout: 30_000, interval: 100 };
const hook: LifecycleHook = { failurePolicy: 'Abort', execNewPod: { command: ['x'], containerName: 'web' } };
const strategy = { rollingParams: { maxSurge: 1, maxUnavailable: 0, pre: hook, post: hook } };

/** What a rollout consists of; status and what others are told come after. */
const STEPS = ['bump-version', 'create-rc', 'claim', 'phase', 'hook', 'create-pod', 'scale'];

/** More steps than a rollout of one replica with two hooks takes. */
const MAX_STEPS = 30;

const stack = new AsyncDisposableStack();
let cluster: Cluster;
let replicas: ServiceProcess[];
/** uids of every hook pod and ReplicationController that ever was, by name. */
const everMade = new Map<string, Set<string>>();

beforeAll(async () => {
  cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
  const remember = {
    namespace: cluster.namespace,
    project: ({ metadata }: RolloutPod | ReplicationController) => metadata,
  };
  const onChange = (_: unknown, now?: { name: string; uid?: string }) => {
    if (now) everMade.set(now.name, (everMade.get(now.name) ?? new Set()).add(now.uid ?? ''));
  };
  const labelSelector = 'openshift.io/deployer-pod-for.name';
  stack.use(watchCache(cluster.kube, resources.pods, { ...remember, labelSelector, onChange }));
  stack.use(watchCache(cluster.kube, resources.replicationControllers, { ...remember, onChange }));
  replicas = await Promise.all([startService('rollout', cluster.env), startService('rollout', cluster.env)]);
  for (const replica of replicas) stack.use(replica);
});
afterAll(() => stack.disposeAsync());

/** Whether a step is the one to kill a replica at. @param count which one it is of its rollout, as far as the order is known. */
type IsWanted = (write: string, count: number) => boolean;

/**
 * Resolves with the replica that takes the wanted step of what begins now. The writes of all replicas are counted together, in the
 * order in which their logs arrive: two that follow each other closely may change places.
 */
function takerOfStep(isWanted: IsWanted): Promise<{ readonly replica: ServiceProcess; readonly write: string }> {
  let taken = 0;
  let counting = false;
  const found = replicas.map(async (replica) => {
    const line = await replica.logged(({ message, write }) => {
      if (!counting || message !== 'rollout step done' || !STEPS.includes(String(write))) return false;
      taken += 1;
      return isWanted(String(write), taken);
    });
    return { replica, write: String(line.write) };
  });
  // What was logged before was looked at in the calls above.
  counting = true;
  return Promise.any(found);
}

test('a replica that is killed at a step leaves nothing twice and nothing out, whichever step it is', async () => {
  const apply = (version: number) =>
    cluster.apply('killed', {
      replicas: 1,
      revisionHistoryLimit: 2 * MAX_STEPS,
      strategy,
      template: template('killed', `web:${version}`),
    });
  const done = (version: number) =>
    expect.poll(() => cluster.rollouts('killed'), patience).toContain(`v${version} Complete 1/1`);
  await apply(1);
  await done(1);

  const killedAt: string[] = [];
  // One is always there: the next is killed only when the one before is back.
  let restarted: Promise<void> = Promise.resolve();
  let version = 1;
  /** Rolls out the next version and kills whoever takes the wanted step; false when nobody did. */
  const killAt = async (isWanted: IsWanted): Promise<boolean> => {
    version += 1;
    const taker = takerOfStep(isWanted);
    taker.catch(() => undefined);
    await apply(version);
    const taken = await Promise.race([taker, done(version).then(() => undefined)]);
    if (taken === undefined) return false;
    await restarted;
    await taken.replica.kill();
    killedAt.push(taken.write);
    restarted = taken.replica.restart();
    await done(version);
    return true;
  };
  for (let step = 1; step <= MAX_STEPS; step++) {
    if (!(await killAt((_, count) => count === step))) break;
  }
  for (const missed of STEPS.filter((step) => !killedAt.includes(step))) await killAt((write) => write === missed);
  await restarted;

  expect(killedAt.length, killedAt.join()).toBeLessThan(MAX_STEPS);
  expect(new Set(killedAt)).toEqual(new Set(STEPS));
  const versions = Array.from({ length: version }, (_, i) => i + 1);
  expect((await cluster.config('killed')).status?.latestVersion).toBe(version);
  expect(await cluster.rollouts('killed')).toEqual(
    versions.map((each) => `v${each} Complete ${each === version ? '1/1' : '0/0'}`),
  );
  const names = versions.flatMap((each) => [`killed-${each}`, `killed-${each}-hook-pre`, `killed-${each}-hook-post`]);
  expect([...everMade.keys()].toSorted()).toEqual(names.toSorted());
  expect([...everMade].filter(([, uids]) => uids.size > 1)).toEqual([]);
}, 240_000);
