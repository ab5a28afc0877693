import { join } from 'node:path';
import { RegistryPoll } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import {
  applyCrds,
  type ControlPlane,
  type NatsServer,
  type ServiceProcess,
  startControlPlane,
  startNats,
  startService,
} from '@tagstream/servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { digest, follows } from './support/streams.ts';
import { FIRST_IMAGE, triggers } from './support/workloads.ts';

const { deployments } = resources;
const crds = join(import.meta.dirname, '../../../deploy/crds');
/** Longer than the longest wait between two tries of anything. */
const patience = { timeout: 40_000 };

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

const stack = new AsyncDisposableStack();
let nats: NatsServer;
let controlPlane: ControlPlane;
let cluster: Cluster;
let service: ServiceProcess;

beforeAll(async () => {
  nats = stack.use(await startNats());
  controlPlane = stack.use(await startControlPlane());
  await applyCrds(controlPlane.kubeconfig, crds);
  cluster = stack.use(await startCluster(nats.url, controlPlane.kubeconfig));
  service = stack.use(await startService('trigger', cluster.env));
}, 120_000);
afterAll(() => stack.disposeAsync(), 60_000);

interface Check {
  readonly ready: boolean;
  readonly detail: string;
}

/** Status of `/readyz`, and what the parts say that are not ready. */
async function readiness(): Promise<{ readonly status: number; readonly troubles: Readonly<Record<string, string>> }> {
  const answer = await fetch(`${service.adminUrl}/readyz`);
  const { checks } = (await answer.json()) as { checks: Record<string, Check> };
  const troubles = Object.entries(checks).filter(([, { ready }]) => !ready);
  return { status: answer.status, troubles: Object.fromEntries(troubles.map(([name, { detail }]) => [name, detail])) };
}
const isReady = async () => (await readiness()).status === 200;

/** A stream and a workload that follows it, both up to date with the first image. */
async function prepare(name: string): Promise<void> {
  await cluster.applyStream(name, [web('latest')]);
  await cluster.createWorkload(deployments, name, triggers({ [`${name}:latest`]: FIRST_IMAGE }));
  await cluster.poll(name, 'latest', 'a');
  await expect.poll(() => cluster.image(deployments, name), patience).toBe(pullSpec('a'));
}

test('NATS goes and comes back: readiness says so, and what happened meanwhile is told', {
  timeout: 120_000,
}, async () => {
  await prepare('nats');
  const { pid } = service;

  await nats.kill();
  await expect.poll(readiness, patience).toMatchObject({
    status: 503,
    troubles: { nats: expect.any(String), 'registry-poll': expect.stringContaining('not connected to NATS') },
  });
  await cluster.applyStream('nats', [web('latest'), { ...web('pinned'), reference: true }]);
  await expect
    .poll(async () => (await cluster.stream('nats')).status?.tags?.map(({ tag }) => tag), patience)
    .toEqual(['latest', 'pinned']);

  await nats.restart();
  await expect.poll(isReady, patience).toBe(true);
  await cluster.poll('nats', 'latest', 'b');
  await expect.poll(() => cluster.image(deployments, 'nats'), patience).toBe(pullSpec('b'));
  await expect
    .poll(() => cluster.told('nats').toSorted(), patience)
    .toEqual(['latest a webhook', 'latest b webhook', expect.stringMatching(/^pinned {2}(spec|resync)$/)]);
  expect(service.pid).toBe(pid);
});

test('the API server goes and comes back: readiness says so, and waiting messages are applied', {
  timeout: 120_000,
}, async () => {
  await prepare('kube');
  const { pid } = service;
  const seen = await cluster.observe('kube', 'latest', 'b');

  await controlPlane.parts['kube-apiserver'].kill();
  await expect.poll(readiness, patience).toMatchObject({
    status: 503,
    troubles: { 'watch imagestreams': expect.any(String), 'watch deployments': expect.any(String) },
  });
  await cluster.bus.publish(RegistryPoll, seen);
  await service.logged(({ outcome, consumer }) => outcome === 'retry' && consumer === 'trigger-polls');

  await controlPlane.parts['kube-apiserver'].restart();
  await expect.poll(isReady, patience).toBe(true);
  await expect.poll(() => cluster.image(deployments, 'kube').catch(() => ''), patience).toBe(pullSpec('b'));
  expect(cluster.told('kube')).toEqual(['latest a webhook', 'latest b webhook']);
  expect(await cluster.history('kube', 'latest')).toBe('ba');
  expect(service.pid).toBe(pid);
});

test('a stream is made and filled while the service sees nothing, and told afterwards', {
  timeout: 120_000,
}, async () => {
  await prepare('both');
  await nats.kill();
  await controlPlane.parts['kube-apiserver'].kill();
  await expect.poll(readiness, patience).toMatchObject({ status: 503 });
  await controlPlane.parts['kube-apiserver'].restart();
  await cluster.applyStream('meanwhile', [{ ...web('pinned'), reference: true }]);
  await nats.restart();
  await expect.poll(isReady, patience).toBe(true);
  await expect.poll(() => cluster.told('meanwhile'), patience).toHaveLength(1);
  await cluster.poll('both', 'latest', 'b');
  await expect.poll(() => cluster.image(deployments, 'both'), patience).toBe(pullSpec('b'));
});
