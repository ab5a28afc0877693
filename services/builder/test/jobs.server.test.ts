import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Build, KubeObject, PodSpec } from '@tagstream/api-types';
import { isTerminal, phaseOf, writePhase } from '@tagstream/build';
import { type Bus, connectBus } from '@tagstream/bus';
import { allStreams, BuildLogStream, BuildProgressed, buildLogSubject } from '@tagstream/events';
import { connectKube, type KubeClient, resources } from '@tagstream/kube';
import { buildTools, ensureDebianTools, type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { type BuilderAccounts, createBuilderAccounts } from './support/builder-accounts.ts';

/** Nothing runs here but what the test runs itself: the node of these servers is not one that the pods accept. */
const NOWHERE = { zone: 'nowhere' };
// A container takes as long to start as a service, on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PATIENCE = { timeout: 60_000, interval: 100 };
const MAIN = join(import.meta.dirname, '../src/main.ts');

const unavailable = await ensureDebianTools(buildTools).then(
  () => undefined,
  (error: Error) => error.message,
);

interface JobObject extends KubeObject {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

const id = randomUUID().slice(0, 8);
const namespace = `jobs-${id}`;
const system = `jobs-${id}-system`;
const prefix = `jobs${id}`;
let dir: string;
let kube: KubeClient;
let bus: Bus;
let accounts: BuilderAccounts;
let service: ServiceProcess;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-jobs-'));
  kube = await connectKube({ kubeconfig: inject('kubeconfig'), userAgent: 'test' });
  for (const name of [namespace, system]) await kube.create(resources.namespaces, { metadata: { name } });
  accounts = await createBuilderAccounts(kube, { system, builds: namespace }, inject('kubeconfig'));
  bus = await connectBus({ servers: inject('natsUrl'), name: 'test', prefix });
  await bus.ensureStreams(allStreams);
  service = await start();
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await accounts?.[Symbol.asyncDispose]();
  for (const name of [namespace, system]) await kube?.delete({ resource: resources.namespaces, name });
  await bus?.[Symbol.asyncDispose]();
  await kube?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

function start(): Promise<ServiceProcess> {
  return startService('builder', {
    NATS_URL: inject('natsUrl'),
    KUBECONFIG: accounts.service,
    TAGSTREAM_PREFIX: prefix,
    TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    TAGSTREAM_BUILDER_EXECUTOR: 'job',
    TAGSTREAM_BUILDER_LEASE_SECONDS: '2',
  });
}

const read = (name: string) => kube.get<Build>({ resource: resources.builds, namespace, name });
const readJob = (name: string) => kube.get<JobObject>({ resource: resources.jobs, namespace, name: `${name}-build` });

async function pending(name: string, spec: Partial<Build['spec']> = {}): Promise<void> {
  const created = await kube.create<Build>(resources.builds, {
    apiVersion: 'build.openshift.io/v1',
    kind: 'Build',
    metadata: { name, namespace },
    spec: {
      source: { dockerfile: 'FROM scratch\nLABEL a=b\n' },
      strategy: { type: 'Docker', dockerStrategy: {} },
      nodeSelector: NOWHERE,
      ...spec,
    },
  });
  const output = `${inject('registryHost')}/${namespace}/${name}:latest`;
  await writePhase(kube, created, { phase: 'Pending', outputReference: output }, new Date());
  await bus.publish(BuildProgressed, {
    namespace,
    name,
    uid: created.metadata.uid ?? '',
    phase: 'Pending',
    at: new Date().toISOString(),
    strategy: 'Docker',
    output: {},
  });
}

async function ended(name: string): Promise<Build> {
  await expect.poll(async () => isTerminal(phaseOf(await read(name))), PATIENCE).toBe(true);
  return await read(name);
}

async function withPod(name: string): Promise<KubeObject> {
  const labelSelector = `batch.kubernetes.io/job-name=${name}-build`;
  const pods = async () => (await kube.list(resources.pods, { namespace, labelSelector })).items;
  await expect.poll(async () => (await pods()).length, PATIENCE).toBe(1);
  return (await pods())[0]!;
}

/** What a kubelet would do: the container of the Job, with its Secrets where they are mounted, as a process. */
async function runContainer(name: string, secrets: Readonly<Record<string, string>> = {}): Promise<number | null> {
  const container = (await readJob(name)).spec.template.spec.containers[0]!;
  const given = Object.fromEntries((container.env ?? []).map((one) => [one.name, one.value ?? '']));
  const inputs = join(dir, name, 'inputs');
  for (const [path, content] of Object.entries(secrets)) {
    await mkdir(dirname(join(inputs, path)), { recursive: true });
    await writeFile(join(inputs, path), content);
  }
  const { PATH = '' } = process.env;
  const env = {
    ...given,
    PATH,
    KUBECONFIG: accounts.pod,
    TAGSTREAM_ADMIN_PORT: '0',
    TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    TAGSTREAM_BUILDER_INPUTS: inputs,
    TAGSTREAM_BUILDER_WORK_DIR: join(dir, name, 'work'),
  };
  const child = spawn(process.execPath, [MAIN, ...(container.args ?? [])], { env, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** What a kubelet would say of the pod. */
async function podEnded(name: string, status: object): Promise<void> {
  const pod = await withPod(name);
  const key = { resource: resources.pods, namespace, name: pod.metadata.name };
  await kube.mergePatch(key, { status: { phase: 'Failed', ...status } }, { subresource: 'status' });
}

test.skipIf(unavailable)(
  '#132 #136 a Build gets a Job of its own, whose container runs it to its end with the rights of its pod',
  async () => {
    await pending('web-1', { output: { to: { kind: 'DockerImage', name: 'x' }, pushSecret: { name: 'push' } } });
    await withPod('web-1');
    const { metadata, spec } = await readJob('web-1');
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'Build', name: 'web-1', controller: true }]);
    expect(spec.template.spec).toMatchObject({ serviceAccountName: 'builder', restartPolicy: 'Never' });

    const code = await runContainer('web-1', { 'secrets/push/.dockerconfigjson': '{"auths":{}}' });
    const build = await ended('web-1');

    expect(build.status).toMatchObject({ phase: 'Complete' });
    expect(build.status?.output?.to?.imageDigest).toMatch(/^sha256:/);
    expect(build.metadata.annotations).toMatchObject({
      'build.tagstream.io/runner': 'builder/job:web-1-build',
      'build.tagstream.io/log': `nats:${prefix}.${buildLogSubject(namespace, 'web-1')}`,
    });
    expect(code).toBe(0);
    let log = '';
    await using _following = bus.followText({
      stream: BuildLogStream,
      subject: buildLogSubject(namespace, 'web-1'),
      from: 'all',
      onText: (text) => {
        log += text;
      },
    });
    await expect.poll(() => log).toContain('Push successful');
  },
);

test.skipIf(unavailable)('a container whose build fails says so, and ends with 1', async () => {
  await pending('broken-1', { source: { dockerfile: 'FROM scratch\nCOPY nowhere /\n' } });
  await withPod('broken-1');

  expect(await runContainer('broken-1')).toBe(1);

  expect((await ended('broken-1')).status).toMatchObject({ phase: 'Failed', reason: 'DockerBuildFailed' });
});

test.skipIf(unavailable)('a container that is told to run a Build of another Job leaves it alone', async () => {
  await pending('other-1');
  await withPod('other-1');
  const key = { resource: resources.builds, namespace, name: 'other-1' };
  await kube.mergePatch(key, { metadata: { annotations: { 'build.tagstream.io/runner': 'tekton/1' } } });

  expect(await runContainer('other-1')).toBe(1);

  expect((await read('other-1')).status?.phase).toBe('Pending');
});

test.each([
  [
    'evicted',
    { reason: 'Evicted', message: 'The node was low on resource: memory.' },
    { phase: 'Failed', reason: 'BuildPodEvicted', message: 'The node was low on resource: memory.' },
  ],
  [
    'out-of-memory',
    {
      containerStatuses: [
        {
          name: 'docker-build',
          image: 'x',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        },
      ],
    },
    { phase: 'Failed', reason: 'OutOfMemoryKilled' },
  ],
  ['failed', {}, { phase: 'Failed', reason: 'GenericBuildFailed' }],
])('#140 a pod that ended without a word (%s) ends its Build', async (name, status, expected) => {
  await pending(`${name}-1`);
  await withPod(`${name}-1`);

  await podEnded(`${name}-1`, status);

  expect((await ended(`${name}-1`)).status).toMatchObject(expected);
});

test('#134 a Build that is cancelled before its pod runs loses its Job', async () => {
  await pending('cancelled-1');
  await withPod('cancelled-1');

  const key = { resource: resources.builds, namespace, name: 'cancelled-1' };
  await kube.mergePatch(key, { status: { cancelled: true } }, { subresource: 'status' });

  expect((await ended('cancelled-1')).status).toMatchObject({ phase: 'Cancelled', reason: 'CancelledBuild' });
  await expect(readJob('cancelled-1')).rejects.toMatchObject({ code: 'not_found' });
});

test('#137 a Job that is deleted while its Build runs ends it', async () => {
  await pending('deleted-1');
  await withPod('deleted-1');
  await writePhase(kube, await read('deleted-1'), { phase: 'Running' }, new Date());

  await kube.delete(
    { resource: resources.jobs, namespace, name: 'deleted-1-build' },
    { propagationPolicy: 'Background' },
  );

  expect((await ended('deleted-1')).status).toMatchObject({ phase: 'Error', reason: 'BuildPodDeleted' });
});

test('#133 a Job of that name that belongs to nobody is not taken for the Build’s own', async () => {
  const metadata = { name: 'taken-1-build', namespace };
  const template = { spec: { restartPolicy: 'Never', nodeSelector: NOWHERE, containers: [{ name: 'x', image: 'x' }] } };
  await kube.create(resources.jobs, { metadata, spec: { template } } as KubeObject);

  await pending('taken-1');

  expect((await ended('taken-1')).status).toMatchObject({ phase: 'Error', reason: 'BuildPodExists' });
});

test('what happened to Jobs while no builder ran is found when one starts', async () => {
  await pending('meanwhile-1');
  await withPod('meanwhile-1');
  await service.kill();
  await podEnded('meanwhile-1', {});
  await pending('meanwhile-2');

  await service[Symbol.asyncDispose]();
  service = await start();

  expect((await ended('meanwhile-1')).status).toMatchObject({ phase: 'Failed', reason: 'GenericBuildFailed' });
  await withPod('meanwhile-2');
});
