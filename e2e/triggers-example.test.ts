import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type Stack, startStack } from '@tagstream/dev';
import { connectKube, type KubeClient, type Resource, resources } from '@tagstream/kube';
import { buildImage, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const example = join(root, 'examples/triggers');
const namespace = 'triggers';

const MAIN = 'spec.template.spec.containers.0.image';

/** Image fields of the example that follow app:latest. */
const FOLLOWERS: readonly (readonly [type: string, Resource, name: string, path: string])[] = [
  ['deployment', resources.deployments, 'web', MAIN],
  ['statefulset', resources.statefulSets, 'db', MAIN],
  ['daemonset', resources.daemonSets, 'agent', MAIN],
  ['cronjob', resources.cronJobs, 'nightly', `spec.jobTemplate.${MAIN}`],
  ['replicaset', resources.replicaSets, 'bare', MAIN],
  ['replicationcontroller', resources.replicationControllers, 'classic', MAIN],
  ['pod', resources.pods, 'single', 'spec.containers.0.image'],
];

const stack = new AsyncDisposableStack();
let servers: Stack;
let kube: KubeClient;

beforeAll(async () => {
  servers = stack.use(await startStack());
  kube = stack.use(await connectKube({ userAgent: 'test', kubeconfig: servers.controlPlane.kubeconfig }));
});
afterAll(() => stack.disposeAsync());

interface Said {
  readonly code: number;
  readonly out: string;
}

function run(program: string, args: readonly string[], input = ''): Promise<Said> {
  const env = {
    ...process.env,
    KUBECONFIG: servers.controlPlane.kubeconfig,
    NATS_URL: servers.nats.url,
    TAGSTREAM_PREFIX: servers.prefix,
  };
  return new Promise((done) => {
    const child = execFile(program, args, { env }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

const tagstream = (...args: string[]) =>
  run(process.execPath, [join(root, 'cli/bin/tagstream.mjs'), ...args, '-n', namespace]);

/** Pushes a version; answers what is to be written for it. */
async function push(name: 'app' | 'tools' | 'proxy', version: string): Promise<string> {
  const image = buildImage({ seed: `${name} ${version}` });
  await pushImage(servers.registry.host, `shop/${name}`, 'latest', image);
  return `${servers.registry.host}/shop/${name}@${image.digest}`;
}

async function imageOf(resource: Resource, name: string, path: string): Promise<unknown> {
  const object: KubeObject = await kube.get({ resource, namespace, name });
  return path.split('.').reduce<unknown>((value, member) => (value as Record<string, unknown>)[member], object);
}

test('every workload of examples/triggers ends on the digests of its tags, and follows them', async () => {
  const first = await push('app', 'v1');
  const [tools, proxy] = [await push('tools', 'v1'), await push('proxy', 'v1')];
  // The role that the example binds comes with the installation.
  expect(
    await run(servers.controlPlane.kubectl, ['apply', '-f', join(root, 'deploy/base/user-roles.yaml')]),
  ).toMatchObject({ code: 0 });
  const manifests = readdirSync(example).filter((file) => file.endsWith('.yaml'));
  const text = manifests.map((file) => readFileSync(join(example, file), 'utf8')).join('\n---\n');
  const input = text.replaceAll('localhost:5000', servers.registry.host);
  expect(await run(servers.controlPlane.kubectl, ['apply', '-f', '-'], input)).toMatchObject({ code: 0 });

  for (const [, resource, name, path] of FOLLOWERS) {
    await expect.poll(() => imageOf(resource, name, path), { message: name }).toBe(first);
  }
  const web = (path: string) => imageOf(resources.deployments, 'web', `spec.template.spec.${path}.image`);
  await expect.poll(() => web('initContainers.0')).toBe(tools);
  await expect.poll(() => web('containers.1')).toBe(proxy);

  const second = await push('app', 'v2');

  for (const [, resource, name, path] of FOLLOWERS) {
    await expect.poll(() => imageOf(resource, name, path), { message: name }).toBe(second);
  }
  expect(await web('initContainers.0')).toBe(tools);
  expect(await web('containers.1')).toBe(proxy);
  expect(await imageOf(resources.deployments, 'canary', MAIN)).toBe(`${servers.registry.host}/shop/app:latest`);
});

test('each of them is explained, and is as it should be', async () => {
  for (const [type, , name] of FOLLOWERS) {
    // Pollers write what they did every ten seconds, and rollouts take their time.
    const explained = async () => JSON.parse((await tagstream('explain', `${type}/${name}`, '-o', 'json')).out);
    await expect.poll(explained, { message: name }).toMatchObject({
      verdict: 'ok',
      findings: expect.arrayContaining([
        { kind: 'ok', about: 'image', text: expect.stringMatching(/^container \w+ runs the newest image of app:/) },
        { kind: 'ok', about: 'check', text: expect.stringContaining('the registry was asked for') },
      ]),
    });
  }
});

test('the paused one says so, and goes on when it is told to', async () => {
  const { code, out } = await tagstream('explain', 'deployment/canary');
  expect(code).toBe(0);
  expect(out).toMatch(/^WAITING +trigger +the trigger on app:latest for container main is paused/m);

  expect(await tagstream('set', 'triggers', 'deployment/canary', '--auto')).toMatchObject({ code: 0 });

  const image = await imageOf(resources.deployments, 'web', MAIN);
  await expect.poll(() => imageOf(resources.deployments, 'canary', MAIN)).toBe(image);
});
