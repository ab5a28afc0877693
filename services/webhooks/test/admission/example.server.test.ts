import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { resources } from '@tagstream/kube';
import { freePort, startService } from '@tagstream/servers';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { type Cluster, firstContainer, image, specOf, startCluster } from './cluster.ts';

const example = resolve(import.meta.dirname, '../../../../examples/local-names');
const { deployments, cronJobs, deploymentConfigs, imageStreams } = resources;

/** From a write to its effect in another process on a busy machine. */
const patience = { timeout: 20_000 };

const stack = new AsyncDisposableStack();
let cluster: Cluster;

beforeAll(async () => {
  cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
  const port = await freePort();
  await cluster.callWebhook(port);
  const secret = `${cluster.namespace}/admission-certificate`;
  stack.use(await startService('webhooks', { ...cluster.env(port), TAGSTREAM_ADMISSION_SECRET: secret }));
  await apply('10-image-stream.yaml');
  const [, digest] = image('a').split('@');
  const item = { created: '2026-11-21T10:00:00.000Z', generation: 1, image: digest, dockerImageReference: image('a') };
  const key = { resource: imageStreams, namespace: cluster.namespace, name: 'app' };
  const status = { tags: [{ tag: 'latest', items: [item] }] };
  await cluster.kube.mergePatch(key, { status }, { subresource: 'status' });
  const wait = ['wait', 'is/app', '--for=jsonpath={.status.tags[0].items[0].image}', '-n', cluster.namespace];
  expect((await kubectl(wait)).failed).toBe(false);
  const probe = { spec: specOf(deployments, 'app') };
  const probed = () => cluster.create(deployments, 'probe', probe, { dryRun: true });
  await vi.waitFor(async () => expect(firstContainer(await probed())?.image).toBe(image('a')), patience);
});
afterAll(() => stack.disposeAsync());

interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly failed: boolean;
}

function kubectl(args: readonly string[], input = ''): Promise<Said> {
  const env = { ...process.env, KUBECONFIG: inject('kubeconfig') };
  return new Promise((done) => {
    const child = execFile(inject('kubectl'), args, { env }, (error, stdout, stderr) =>
      done({ stdout: stdout.trim(), stderr: stderr.trim(), failed: error !== null }),
    );
    child.stdin?.end(input);
  });
}

/** Applies a file of the example, put into the namespace of this test. */
async function apply(file: string, ...more: string[]): Promise<Said> {
  const manifest = await readFile(resolve(example, file), 'utf8');
  return kubectl(['apply', '-f', '-', ...more], manifest.replaceAll('local-names', cluster.namespace));
}

const web = () => cluster.get(deployments, 'web');

test('the example runs digests, and applying it again starts no rollout', async () => {
  expect((await apply('20-deployment.yaml')).stdout).toBe('deployment.apps/web created');
  expect((await apply('30-cron-job.yaml')).stdout).toBe('cronjob.batch/nightly created');
  const created = await web();
  expect(firstContainer(created)?.image).toBe(image('a'));
  expect(firstContainer(await cluster.get(cronJobs, 'nightly'))?.image).toBe(image('a'));

  expect((await apply('20-deployment.yaml')).stdout).toBe('deployment.apps/web configured');
  const again = await web();
  expect(firstContainer(again)?.image).toBe(image('a'));
  expect(again.metadata.generation).toBe(created.metadata.generation);
});

test('a DeploymentConfig that is applied again is stored as it was', async () => {
  const metadata = { name: 'config', namespace: cluster.namespace };
  const spec = specOf(deploymentConfigs, 'app:latest');
  const manifest = JSON.stringify({ apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', metadata, spec });
  const applied = async () => (await kubectl(['apply', '-f', '-'], manifest)).stdout;
  expect(await applied()).toBe('deploymentconfig.apps.openshift.io/config created');
  const created = await cluster.get(deploymentConfigs, 'config');
  expect(await applied()).toBe('deploymentconfig.apps.openshift.io/config configured');
  const again = await cluster.get(deploymentConfigs, 'config');
  expect(again.spec).toEqual(created.spec);
  expect(again.metadata.generation).toBe(created.metadata.generation);
});

test('server-side apply is refused where a trigger has written the image, unless it is told to take it over', async () => {
  const key = { resource: deployments, namespace: cluster.namespace, name: 'web' };
  const path = '/spec/template/spec/containers/0/image';
  await cluster.kube.jsonPatch(key, [{ op: 'replace', path, value: image('b') }], { fieldManager: 'a-trigger' });
  const refused = await apply('20-deployment.yaml', '--server-side');
  expect({ failed: refused.failed, why: refused.stderr }).toEqual({
    failed: true,
    why: expect.stringContaining('conflict'),
  });
  expect((await apply('20-deployment.yaml', '--server-side', '--force-conflicts')).failed).toBe(false);
  expect(firstContainer(await web())?.image).toBe(image('a'));
});

test('a tag without an image is told to whoever writes its name', async () => {
  const create = ['create', 'deployment', 'early', '--image=app:v9', '--dry-run=server', '-n', cluster.namespace];
  expect((await kubectl(create)).stderr).toBe(
    'Warning: image "app:v9" is left as it is: ImageStream app has no image for tag v9 yet',
  );
});
