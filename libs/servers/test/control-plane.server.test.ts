import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyCrds } from '../src/control-plane/apply-crds.ts';
import { type ControlPlane, startControlPlane } from '../src/control-plane/control-plane.ts';
import { isAlive } from '../src/is-alive.ts';

const run = promisify(execFile);
/** Against "within a second" on an idle machine: this one may be busy with other tests. */
const SOON = { timeout: 10_000, interval: 100 };

let plane: ControlPlane;
let files = '';

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'tagstream-plane-test-'));
  plane = await startControlPlane();
}, 60_000);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await rm(files, { recursive: true, force: true });
});

async function kubectl(...args: string[]): Promise<string> {
  return (await run(plane.kubectl, ['--kubeconfig', plane.kubeconfig, ...args])).stdout.trim();
}

async function create(object: unknown): Promise<void> {
  const file = join(files, 'object.json');
  await writeFile(file, JSON.stringify(object));
  await kubectl('create', '-f', file);
}

const annotated = (outcome?: string): object =>
  outcome ? { annotations: { 'kwok.tagstream.io/outcome': outcome } } : {};
const containers = [{ name: 'main', image: 'example.com/app:v1' }];

const pod = (name: string, outcome?: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...annotated(outcome) },
  spec: { restartPolicy: 'Never', containers },
});

const replicationController = (name: string, replicas: number, outcome?: string): object => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name },
  spec: {
    replicas,
    selector: { app: name },
    template: { metadata: { labels: { app: name }, ...annotated(outcome) }, spec: { containers } },
  },
});

const readyReplicas = (name: string): Promise<string> =>
  kubectl('get', 'rc', name, '-o', 'jsonpath={.status.replicas} {.status.readyReplicas}');
const phase = (name: string): Promise<string> => kubectl('get', 'pod', name, '-o', 'jsonpath={.status.phase}');
const firstContainer = (selector: string, field: string): Promise<string> =>
  kubectl('get', 'pod', '-l', selector, '-o', `jsonpath={.items[0].status.containerStatuses[0].${field}}`);

describe('a control plane', () => {
  test('makes the pods of a ReplicationController Ready', async () => {
    await create(replicationController('web', 3));

    await expect.poll(() => readyReplicas('web'), SOON).toBe('3 3');
  });

  test('removes pods when a ReplicationController is scaled down', async () => {
    await create(replicationController('shrinking', 2));
    await expect.poll(() => readyReplicas('shrinking'), SOON).toBe('2 2');

    await kubectl('scale', 'rc', 'shrinking', '--replicas=0');

    await expect.poll(() => kubectl('get', 'pod', '-l', 'app=shrinking', '-o', 'name'), SOON).toBe('');
  });

  test('lets a pod that is never restarted succeed', async () => {
    await create(pod('hook'));

    await expect.poll(() => phase('hook'), SOON).toBe('Succeeded');
  });

  test('lets a pod fail when its annotation says so', async () => {
    await create(pod('hook-fails', 'fail'));

    await expect.poll(() => phase('hook-fails'), SOON).toBe('Failed');
    const exitCode = 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}';
    expect(await kubectl('get', 'pod', 'hook-fails', '-o', exitCode)).toBe('1');
  });

  test('lets a pod hang until its annotation is taken away', async () => {
    await create(pod('hook-hangs', 'hang'));
    const ready = 'jsonpath={.status.phase} {.status.conditions[?(@.type=="Ready")].status}';
    await expect.poll(() => kubectl('get', 'pod', 'hook-hangs', '-o', ready), SOON).toBe('Running True');

    await kubectl('annotate', 'pod', 'hook-hangs', 'kwok.tagstream.io/outcome-');

    await expect.poll(() => phase('hook-hangs'), SOON).toBe('Succeeded');
  });

  test('keeps pods from becoming Ready until their annotation is taken away', async () => {
    await create(replicationController('stuck', 1, 'never-ready'));
    await expect.poll(() => firstContainer('app=stuck', 'state.running.startedAt'), SOON).not.toBe('');
    expect(await readyReplicas('stuck')).toBe('1');

    await kubectl('annotate', 'pod', '-l', 'app=stuck', 'kwok.tagstream.io/outcome-');

    await expect.poll(() => readyReplicas('stuck'), SOON).toBe('1 1');
  });

  test('lets pods that are always restarted crash-loop when their annotation says so', async () => {
    await create(replicationController('crashing', 1, 'fail'));

    await expect.poll(() => firstContainer('app=crashing', 'state.waiting.reason'), SOON).toBe('CrashLoopBackOff');
    expect(await readyReplicas('crashing')).toBe('1');
  });

  test('completes a Job', async () => {
    const template = { spec: { restartPolicy: 'OnFailure', containers } };
    await create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template } });

    await expect.poll(() => kubectl('get', 'job', 'once', '-o', 'jsonpath={.status.succeeded}'), SOON).toBe('1');
  });

  test('enforces RBAC', async () => {
    const can = (...who: string[]): Promise<string> =>
      kubectl('auth', 'can-i', 'delete', 'pods', ...who).catch((error: { stdout: string }) => error.stdout.trim());

    expect(await can()).toBe('yes');
    expect(await can('--as=system:serviceaccount:default:default')).toBe('no');
  });

  test('serves the custom resources of a directory once they are applied, and applying again changes nothing', async () => {
    const dir = await mkdtemp(join(files, 'crds-'));
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.test.tagstream.io' },
      spec: {
        group: 'test.tagstream.io',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    };
    await writeFile(join(dir, 'widgets.yaml'), JSON.stringify(crd));

    expect(await applyCrds(plane.kubeconfig, dir)).toEqual(['widgets.test.tagstream.io']);
    await create({ apiVersion: 'test.tagstream.io/v1', kind: 'Widget', metadata: { name: 'one' }, spec: { size: 1 } });
    await applyCrds(plane.kubeconfig, dir);

    expect(await kubectl('get', 'widget', 'one', '-o', 'jsonpath={.spec.size}')).toBe('1');
  });
});

describe('a control plane that goes down', () => {
  test('has its objects and works again after every part was killed', async () => {
    await create(replicationController('survivor', 1));
    await expect.poll(() => readyReplicas('survivor'), SOON).toBe('1 1');
    const pids = Object.values(plane.parts).map((part) => part.pid ?? 0);

    await plane.kill();
    expect(pids.filter(isAlive)).toEqual([]);
    await plane.restart();
    await kubectl('scale', 'rc', 'survivor', '--replicas=2');

    await expect.poll(() => readyReplicas('survivor'), SOON).toBe('2 2');
  });

  test('goes on after its API server alone was killed', async () => {
    await plane.parts['kube-apiserver'].kill();
    await expect(kubectl('get', 'nodes')).rejects.toThrow(/refused/);

    await plane.parts['kube-apiserver'].restart();

    expect(await kubectl('get', 'node', 'kwok-0', '-o', 'name')).toBe('node/kwok-0');
  });

  test('leaves no process and no directory behind', async () => {
    const other = await startControlPlane();
    const pids = Object.values(other.parts).map((part) => part.pid ?? 0);
    expect(pids.filter(isAlive)).toHaveLength(5);

    await other[Symbol.asyncDispose]();

    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(other.dir)).toBe(false);
  });
});
