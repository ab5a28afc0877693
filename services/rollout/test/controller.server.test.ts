import { resolve } from 'node:path';
import { applyCrds, startControlPlane, startNats } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster, template } from './cluster.ts';
import { startInProcess } from './controllers.ts';

const patience = { timeout: 20_000 };
const servers = { natsUrl: inject('natsUrl'), kubeconfig: inject('kubeconfig') };
const strategy = { rollingParams: { maxSurge: 1, maxUnavailable: 1 } };

describe('several controllers, and ones that die', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(servers.natsUrl, servers.kubeconfig));
  });
  afterAll(() => stack.disposeAsync());

  test('two at once make one ReplicationController a version, and once everything is done write nothing', async () => {
    await using one = await startInProcess(cluster.env);
    await using two = await startInProcess(cluster.env);
    const names = ['both-a', 'both-b', 'both-c'];
    for (const version of [1, 2]) {
      await Promise.all(
        names.map((name) => cluster.apply(name, { strategy, template: template(name, `web:${version}`) })),
      );
      for (const name of names) {
        await expect.poll(() => cluster.rollouts(name), patience).toContain(`v${version} Complete 2/2`);
      }
    }
    for (const name of names) {
      expect(await cluster.rollouts(name)).toEqual(['v1 Complete 0/0', 'v2 Complete 2/2']);
      const milestones = () => cluster.milestones.filter((milestone) => milestone.startsWith(`${name}-2 `)).toSorted();
      await expect
        .poll(milestones, patience)
        .toEqual([`${name}-2 complete`, `${name}-2 first-pod-ready`, `${name}-2 started`]);
    }
    // Both look at everything each second: three looks without a write are rest.
    const writes = () => one.writes + two.writes;
    let before = -1;
    let quietSince = performance.now();
    await expect
      .poll(() => {
        if (writes() !== before) quietSince = performance.now();
        before = writes();
        return performance.now() - quietSince;
      }, patience)
      .toBeGreaterThan(3000);
  });

  test('one that dies around any of its writes leaves nothing that the next cannot finish', async () => {
    const edit = (version: number) =>
      cluster.apply('crash', { replicas: 1, strategy, template: template('crash', `web:${version}`) });
    const finished = async (version: number) => {
      const rollouts = await cluster.rollouts('crash');
      const older = rollouts.slice(0, -1);
      return rollouts.at(-1) === `v${version} Complete 1/1` && older.every((text) => text.endsWith(' Complete 0/0'));
    };
    let version = 1;
    await edit(version);
    for (let atWrite = 1, died = true; died; atWrite++) {
      for (const sent of [false, true]) {
        await using dying = await startInProcess(cluster.env, { atWrite, sent });
        died = false;
        void dying.crashed.then(() => {
          died = true;
        });
        await expect.poll(async () => died || (await finished(version)), patience).toBe(true);
        if (died) {
          await using healthy = await startInProcess(cluster.env);
          await expect.poll(() => finished(version), patience).toBe(true);
          void healthy;
        }
        version += 1;
        await edit(version);
      }
      expect(atWrite, 'a rollout takes fewer writes').toBeLessThan(40);
    }
    // Each round died one write later; the last one did not die any more.
    expect(version).toBeGreaterThan(12);
  }, 180_000);
});

describe('outages', () => {
  test('a rollout goes on while NATS is away, and is told when it is back', async () => {
    await using nats = await startNats();
    await using cluster = await startCluster(nats.url, servers.kubeconfig);
    await using controller = await startInProcess(cluster.env);
    await cluster.apply('web', { strategy });
    await expect.poll(() => cluster.milestones, patience).toContain('web-1 complete');

    await nats.stop();
    await cluster.apply('web', { strategy, template: template('web', 'web:2') });
    await expect.poll(() => cluster.rollouts('web'), patience).toEqual(['v1 Complete 0/0', 'v2 Complete 2/2']);
    expect(cluster.milestones).not.toContain('web-2 started');

    await nats.restart();
    await expect.poll(() => cluster.milestones, { timeout: 40_000 }).toContain('web-2 complete');
    void controller;
  }, 90_000);

  test('a rollout goes on where it stood when the API server is back', async () => {
    await using control = await startControlPlane();
    await applyCrds(control.kubeconfig, resolve(import.meta.dirname, '../../../deploy/crds'));
    await using cluster = await startCluster(servers.natsUrl, control.kubeconfig);
    await using controller = await startInProcess(cluster.env);
    await cluster.apply('web', { strategy });
    await expect.poll(() => cluster.rollouts('web'), patience).toEqual(['v1 Complete 2/2']);

    const apiServer = control.parts['kube-apiserver'];
    await cluster.apply('web', { strategy, template: template('web', 'web:2', 'never-ready') });
    await expect.poll(() => cluster.rollouts('web'), patience).toContain('v2 Running 0/2');
    await apiServer.kill();
    await apiServer.restart();
    await cluster.apply('web', { strategy, template: template('web', 'web:3') });

    const expected = ['v1 Complete 0/0', 'v2 Failed 0/0', 'v3 Complete 2/2'];
    await expect.poll(() => cluster.rollouts('web').catch(() => []), { timeout: 60_000 }).toEqual(expected);
    void controller;
  }, 150_000);
});
