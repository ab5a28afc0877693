import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DeploymentConfig, ImageStream, KubeObject, ReplicationController } from '@tagstream/api-types';
import { type Stack, startStack } from '@tagstream/dev';
import { connectKube, type KubeClient, resources } from '@tagstream/kube';
import { buildImage, startFakeRegistry } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PrivateRegistry, pullSecret, startPrivateRegistry } from './private-registry.ts';
import { imagesOf, versionOf } from './shop.ts';

const TAGSTREAM = join(import.meta.dirname, '../cli/bin/tagstream.mjs');

const REPOSITORY = 'team/app';

/** More than a manifest may have; the distribution registry itself takes no more than 4 MiB. */
const HUGE_BYTES = 5 * 1024 * 1024;

/** Two namespaces whose stream and DeploymentConfig differ in nothing but their pull secret. */
describe('a private registry', () => {
  const inUse = new AsyncDisposableStack();
  let stack: Stack;
  let kube: KubeClient;
  let registry: PrivateRegistry;
  let pids: (number | undefined)[];

  beforeAll(async () => {
    // With the default interval of 15 minutes nothing here is found by a turn of the schedule.
    stack = inUse.use(await startStack());
    registry = inUse.use(await startPrivateRegistry({ notifications: stack.hook }));
    kube = inUse.use(await connectKube({ kubeconfig: stack.controlPlane.kubeconfig, userAgent: 'tagstream-e2e' }));
    pids = Object.values(stack.services).map(({ pid }) => pid);
  });
  afterAll(() => inUse.disposeAsync());

  const push = (version: string) => registry.push(REPOSITORY, 'latest', version);
  const tagOf = async (namespace: string, tag = 'latest') => {
    const key = { resource: resources.imageStreams, namespace, name: 'app' };
    return (await kube.get<ImageStream>(key)).status?.tags?.find((each) => each.tag === tag);
  };
  const newest = async (namespace: string, tag?: string) => (await tagOf(namespace, tag))?.items?.[0];
  const conditions = async (namespace: string, tag?: string) =>
    ((await tagOf(namespace, tag))?.conditions ?? []).map(({ type, status, reason, message }) => ({
      condition: `${type}=${status}`,
      reason,
      message,
    }));
  /** Images of the versions of the DeploymentConfig, oldest first. */
  const rolledOut = async (namespace: string) => {
    const { items } = await kube.list<ReplicationController>(resources.replicationControllers, { namespace });
    return imagesOf(items.toSorted((a, b) => versionOf(a) - versionOf(b)));
  };
  const refused = () => ({
    condition: 'ImportSuccess=False',
    reason: 'Unauthorized',
    message: `incorrect username or password for image "${registry.server.host}/${REPOSITORY}:latest"`,
  });
  const correctSecret = (namespace: string, password: string) => {
    const key = { resource: resources.secrets, namespace, name: 'registry' };
    return kube.mergePatch(key, pullSecret(namespace, registry.server.host, password));
  };

  async function explain(namespace: string): Promise<unknown> {
    const env = { ...process.env, KUBECONFIG: stack.controlPlane.kubeconfig, NATS_URL: stack.nats.url };
    const args = [TAGSTREAM, 'explain', 'is/app', '-n', namespace, '-o', 'json'];
    return JSON.parse((await promisify(execFile)(process.execPath, args, { env })).stdout);
  }

  async function createTeam(namespace: string, password: string): Promise<void> {
    await kube.create<KubeObject>(resources.namespaces, { metadata: { name: namespace } });
    await kube.create(resources.secrets, pullSecret(namespace, registry.server.host, password));
    await createStream(namespace, { latest: `${registry.server.host}/${REPOSITORY}:latest` });
    await kube.create(resources.deploymentConfigs, deploymentConfig(namespace));
  }

  async function createStream(namespace: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await kube.create<ImageStream>(resources.imageStreams, {
      metadata: { name: 'app', namespace },
      spec: {
        tags: Object.entries(tags).map(([name, from]) => ({
          name,
          from: { kind: 'DockerImage', name: from },
          importPolicy: { insecure: true },
        })),
      },
    });
  }

  test('rolls out for the namespace whose pull secret is right, and tells the one whose is wrong', async () => {
    const v1 = await push('v1');
    await createTeam('orders', 'secret');
    await createTeam('billing', 'mistyped');

    await expect.poll(() => rolledOut('orders')).toEqual([v1]);
    await expect.poll(() => conditions('billing')).toEqual([refused()]);
    expect(await conditions('orders')).toEqual([]);
    expect(await explain('billing')).toMatchObject({
      verdict: 'problem',
      findings: expect.arrayContaining([
        {
          kind: 'problem',
          about: 'tag',
          text: expect.stringContaining(refused().message),
          advice: expect.stringContaining('kubectl create secret docker-registry'),
        },
      ]),
    });
  });

  test('goes on for the one while it refuses the other', async () => {
    const v2 = await push('v2');

    await expect.poll(async () => (await rolledOut('orders')).at(-1)).toBe(v2);
    expect(await conditions('billing')).toEqual([refused()]);
    expect(await newest('billing')).toBeUndefined();
    expect(await rolledOut('billing')).toEqual([]);
  });

  test('is asked again as soon as the pull secret is corrected, and nothing needs a restart', async () => {
    await correctSecret('billing', 'secret');

    const [, v2] = await rolledOut('orders');
    await expect.poll(() => rolledOut('billing')).toEqual([v2]);
    expect(await conditions('billing')).toEqual([]);
    expect(Object.values(stack.services).map(({ pid }) => pid)).toEqual(pids);
  });

  test('that revokes a password costs nobody the image at hand, and the new one brings what was missed', async () => {
    await registry.changePassword('rotated');
    const before = await rolledOut('orders');
    const v3 = await push('v3');

    for (const namespace of ['orders', 'billing']) {
      await expect.poll(() => conditions(namespace), { message: namespace }).toEqual([refused()]);
      expect((await newest(namespace))?.dockerImageReference).toBe(before.at(-1));
    }
    await correctSecret('orders', 'rotated');
    await expect.poll(() => rolledOut('orders')).toEqual([...before, v3]);
    expect(await conditions('orders')).toEqual([]);
    expect(await conditions('billing')).toEqual([refused()]);
    await correctSecret('billing', 'rotated');
    await expect.poll(async () => (await rolledOut('billing')).at(-1)).toBe(v3);
  });

  test('goes on beside registries that send something else than they announce, or too much', async () => {
    await using lying = await startFakeRegistry({ behaviour: { corruptBodies: true } });
    await using endless = await startFakeRegistry();
    const image = buildImage({ seed: 'hostile' });
    for (const { store } of [lying, endless]) store.putBlob(REPOSITORY, image.config.bytes);
    lying.store.putManifest(REPOSITORY, 'latest', image.mediaType, image.manifest);
    endless.store.putManifest(REPOSITORY, 'latest', image.mediaType, Buffer.alloc(HUGE_BYTES, ' '));
    await kube.create<KubeObject>(resources.namespaces, { metadata: { name: 'hostile' } });
    await createStream('hostile', {
      lying: `${lying.host}/${REPOSITORY}:latest`,
      endless: `${endless.host}/${REPOSITORY}:latest`,
    });

    const condition = 'ImportSuccess=False';
    const reason = 'InternalError';
    await expect
      .poll(() => conditions('hostile', 'lying'))
      .toEqual([{ condition, reason, message: expect.stringContaining(`does not have the digest ${image.digest}`) }]);
    await expect
      .poll(() => conditions('hostile', 'endless'))
      .toEqual([
        { condition, reason, message: expect.stringContaining(`${endless.host} sent more than 4194304 bytes`) },
      ]);
    const v4 = await push('v4');
    await expect.poll(async () => (await rolledOut('orders')).at(-1)).toBe(v4);
    expect(await newest('hostile', 'lying')).toBeUndefined();
    expect(await newest('hostile', 'endless')).toBeUndefined();

    lying.behave({ corruptBodies: false });
    await expect.poll(async () => (await newest('hostile', 'lying'))?.image).toBe(image.digest);
    expect(await conditions('hostile', 'lying')).toEqual([]);
  });

  test('leaves no password in any log', async () => {
    const logs = JSON.stringify(Object.values(stack.services).map((service) => service.lines()));
    expect(logs).toContain(REPOSITORY);
    for (const password of ['mistyped', 'rotated']) {
      expect(logs).not.toContain(password);
      expect(logs).not.toContain(Buffer.from(`alice:${password}`).toString('base64'));
    }
  });
});

function deploymentConfig(namespace: string): DeploymentConfig {
  return {
    metadata: { name: 'app', namespace },
    spec: {
      replicas: 1,
      selector: { app: 'app' },
      triggers: [
        {
          type: 'ImageChange',
          imageChangeParams: {
            automatic: true,
            containerNames: ['app'],
            from: { kind: 'ImageStreamTag', name: 'app:latest' },
          },
        },
      ],
      template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'app' }] } },
    },
  };
}
