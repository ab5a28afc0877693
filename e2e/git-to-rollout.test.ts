import type { Build, DeploymentConfig, ImageStream, KubeObject, ReplicationController } from '@tagstream/api-types';
import { connectBus } from '@tagstream/bus';
import { type Stack, startStack } from '@tagstream/dev';
import { BuildProgressed, BuildStream } from '@tagstream/events';
import { connectKube, type KubeClient, type Resource, resources } from '@tagstream/kube';
import { buildTools, ensureDebianTools, type GitServer, startGitServer } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imagesOf, versionOf } from './shop.ts';

const namespace = 'pipeline';
const hookSecret = 'the-secret-of-the-hook';

/** A build, a push into a registry and a rollout, on a busy machine. */
const PATIENCE = { timeout: 90_000, interval: 200 };

const buildConfig = (uri: string): KubeObject & { spec: unknown } => ({
  apiVersion: 'build.openshift.io/v1',
  kind: 'BuildConfig',
  metadata: { name: 'app', namespace },
  spec: {
    source: { git: { uri, ref: 'main' } },
    strategy: {
      dockerStrategy: { env: [{ name: 'GREETING', value: 'hello' }], buildArgs: [{ name: 'FLAVOUR', value: 'plain' }] },
    },
    output: { to: { kind: 'ImageStreamTag', name: 'app:latest' }, imageLabels: [{ name: 'team', value: 'shop' }] },
    triggers: [{ type: 'GitHub', github: { secret: hookSecret } }],
  },
});

const deploymentConfig: KubeObject & { spec: unknown } = {
  apiVersion: 'apps.openshift.io/v1',
  kind: 'DeploymentConfig',
  metadata: { name: 'app', namespace },
  spec: {
    replicas: 1,
    selector: { app: 'app' },
    template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'app', image: ' ' }] } },
    triggers: [
      { type: 'ConfigChange' },
      {
        type: 'ImageChange',
        imageChangeParams: {
          automatic: true,
          containerNames: ['app'],
          from: { kind: 'ImageStreamTag', name: 'app:latest' },
        },
      },
    ],
  },
};

const unavailable = await ensureDebianTools(buildTools).then(
  () => undefined,
  (error: Error) => error.message,
);

describe.skipIf(unavailable)(`from git push to rollout${unavailable ? ` (skipped: ${unavailable})` : ''}`, () => {
  let git: GitServer;
  let stack: Stack;
  let kube: KubeClient;
  let lastCommit: string;

  beforeAll(async () => {
    git = await startGitServer();
    stack = await startStack({ builder: true, ownRegistry: true });
    kube = await connectKube({ kubeconfig: stack.controlPlane.kubeconfig, userAgent: 'tagstream-e2e' });
    await git.push('app.git', {
      Dockerfile: 'FROM scratch\nARG FLAVOUR\nLABEL flavour=$FLAVOUR\nCOPY hello.txt /\n',
      'hello.txt': 'one',
    });
    await kube.create(resources.namespaces, { metadata: { name: namespace } });
    await kube.create(resources.imageStreams, {
      apiVersion: 'image.openshift.io/v1',
      kind: 'ImageStream',
      metadata: { name: 'app', namespace },
      spec: {},
    } as KubeObject);
    await kube.create(resources.buildConfigs, buildConfig(git.uri('app.git')));
    await kube.create(resources.deploymentConfigs, deploymentConfig);
  });
  afterAll(async () => {
    await kube?.[Symbol.asyncDispose]();
    await stack?.[Symbol.asyncDispose]();
    await git?.[Symbol.asyncDispose]();
  });

  const get = <T extends KubeObject>(resource: Resource, name: string) => kube.get<T>({ resource, namespace, name });

  /** What a git host sends after a push. */
  async function announce(commit: string, secret = hookSecret): Promise<Response> {
    const path = `/apis/build.openshift.io/v1/namespaces/${namespace}/buildconfigs/app/webhooks/${secret}/github`;
    return await fetch(new URL(path, stack.hook.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': `delivery-${commit}`,
      },
      body: JSON.stringify({
        ref: 'refs/heads/main',
        after: commit,
        head_commit: { id: commit, message: 'Change', author: { name: 'Ada', email: 'ada@example.com' } },
      }),
    });
  }

  async function ended(name: string): Promise<Build> {
    const phase = async () => (await get<Build>(resources.builds, name)).status?.phase;
    await expect.poll(phase, PATIENCE).toMatch(/Complete|Failed|Error|Cancelled/);
    return await get<Build>(resources.builds, name);
  }

  async function controllers(): Promise<ReplicationController[]> {
    const labelSelector = 'openshift.io/deployment-config.name=app';
    const { items } = await kube.list<ReplicationController>(resources.replicationControllers, {
      namespace,
      labelSelector,
    });
    return items.sort((a, b) => versionOf(a) - versionOf(b));
  }

  const reference = ({ status }: Build) =>
    `${stack.registry.host}/${namespace}/app@${status?.output?.to?.imageDigest ?? 'none'}`;

  async function rolledOut(version: number, image: string): Promise<void> {
    await expect.poll(async () => imagesOf(await controllers()), PATIENCE).toHaveLength(version);
    expect(imagesOf(await controllers()).at(-1)).toBe(image);
    const ready = async () => (await get<DeploymentConfig>(resources.deploymentConfigs, 'app')).status?.readyReplicas;
    await expect.poll(ready, PATIENCE).toBe(1);
  }

  test('a commit becomes a Build, an image in the registry, a tag and a ReplicationController', async () => {
    const commit = await git.push('app.git', { 'hello.txt': 'two' });

    const answer = await announce(commit);
    expect(answer.status).toBe(200);
    const build = await ended('app-1');

    expect(build.status).toMatchObject({ phase: 'Complete' });
    expect(build.spec.revision?.git?.commit).toBe(commit);
    const stream = async () =>
      (await get<ImageStream>(resources.imageStreams, 'app')).status?.tags?.[0]?.items?.[0]?.image;
    await expect.poll(stream, PATIENCE).toBe(build.status?.output?.to?.imageDigest);
    await rolledOut(1, reference(build));
  });

  test('the image is of that commit, with the variables, arguments and labels of the BuildConfig', async () => {
    const { config } = await imageInRegistry(stack.registry.host, `${namespace}/app`, 'latest');

    expect(config.Env).toEqual(expect.arrayContaining(['GREETING=hello', 'OPENSHIFT_BUILD_NAME=app-1']));
    expect(config.Labels).toMatchObject({ flavour: 'plain', team: 'shop', 'io.openshift.build.name': 'app-1' });
  });

  test('the next commit becomes the next ReplicationController, which takes over', async () => {
    const commit = await git.push('app.git', { 'hello.txt': 'three' });
    lastCommit = commit;

    expect((await announce(commit)).status).toBe(200);
    const build = await ended('app-2');

    expect(build.status).toMatchObject({ phase: 'Complete' });
    await rolledOut(2, reference(build));
    const replicas = async () => (await controllers()).map(({ spec }) => spec.replicas);
    await expect.poll(replicas, PATIENCE).toEqual([0, 1]);
  });

  test('the same delivery again builds nothing, and a wrong secret is refused', async () => {
    const builds = async () => (await kube.list(resources.builds, { namespace })).items.length;
    const before = await builds();

    expect((await announce(lastCommit)).status).toBe(200);
    expect((await announce('0'.repeat(40), 'wrong')).ok).toBe(false);

    expect(await builds()).toBe(before);
  });

  test('every phase was told on the bus, in order', async () => {
    await using bus = await connectBus({ servers: stack.nats.url, name: 'e2e-builds', prefix: stack.prefix });
    const phases: string[] = [];
    await using _following = bus.subscribe(BuildProgressed, {
      stream: BuildStream,
      from: 'all',
      onEvent: ({ data }) => {
        if (data.name === 'app-1') phases.push(data.phase);
      },
    });

    await expect.poll(() => phases, PATIENCE).toEqual(['New', 'Pending', 'Running', 'Complete']);
  });
});

interface ImageConfig {
  readonly config: { readonly Env?: readonly string[]; readonly Labels?: Readonly<Record<string, string>> };
}

async function imageInRegistry(host: string, repository: string, tag: string): Promise<ImageConfig> {
  const base = `http://${host}/v2/${repository}`;
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = (await (await fetch(`${base}/manifests/${tag}`, { headers: { accept } })).json()) as {
    config: { digest: string };
  };
  return (await (await fetch(`${base}/blobs/${manifest.config.digest}`)).json()) as ImageConfig;
}
