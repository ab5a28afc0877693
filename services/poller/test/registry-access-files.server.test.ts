import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TagImportPolicy } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { type RegistryServer, type ServiceProcess, startService } from '@tagstream/servers';
import {
  buildImage,
  type ConnectProxy,
  type FakeRegistry,
  pushImage,
  startConnectProxy,
  startFakeRegistry,
  testCertificate,
} from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { createPollerAccount } from './registry-access/poller-account.ts';
import { AUTHORIZATION, pullSecret, startPrivateRegistry } from './registry-access/private-registry.ts';

const patience = { timeout: 20_000 };
const image = buildImage({ seed: 'files' });

describe('a poller that may not read the Secrets of namespaces', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let registry: RegistryServer;
  let byFile: FakeRegistry;
  let bySecret: FakeRegistry;
  let proxy: ConnectProxy;
  let poller: ServiceProcess;
  let dockerConfig: string;
  let authorities: string;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    const account = stack.use(await createPollerAccount(cluster.kube, cluster.namespace, inject('kubeconfig')));
    await account.mayReadSecrets(false);
    registry = stack.use(await startPrivateRegistry());
    byFile = stack.use(await startFakeRegistry({ tls: testCertificate }));
    bySecret = stack.use(await startFakeRegistry({ tls: testCertificate }));
    proxy = stack.use(await startConnectProxy({ password: 'through' }));
    for (const { store } of [byFile, bySecret]) {
      store.putManifest('shop/web', 'v1', image.mediaType, image.manifest);
      store.putBlob('shop/web', image.config.bytes);
    }
    const dir = await mkdtemp(join(tmpdir(), 'access-'));
    stack.defer(() => rm(dir, { recursive: true }));
    dockerConfig = join(dir, 'config.json');
    await writeFile(dockerConfig, '{"auths":{}}');
    authorities = await mkdtemp(join(dir, 'authorities-'));
    poller = stack.use(
      await startService('poller', {
        ...cluster.env,
        KUBECONFIG: account.kubeconfig,
        TAGSTREAM_PULL_SECRETS: 'false',
        TAGSTREAM_DOCKER_CONFIG: dockerConfig,
        TAGSTREAM_CLUSTER_PULL_SECRET: `${cluster.namespace}/cluster-pull-secret`,
        TAGSTREAM_REGISTRY_CA_DIR: authorities,
        TAGSTREAM_REGISTRY_CA_SECRET: `${cluster.namespace}/registry-authorities`,
        TAGSTREAM_CLOUD_CREDENTIALS: 'none',
        HTTPS_PROXY: proxy.url,
      }),
    );
  });
  afterAll(() => stack.disposeAsync());

  const outcomes = (stream: string) =>
    cluster.pollsOf(stream).map(({ outcome }) => (outcome.kind === 'image' ? outcome.image : outcome.reason));

  /** A stream that cannot be imported yet, with that failure in its status. */
  async function writeFailing(stream: string, from: string, importPolicy: TagImportPolicy): Promise<void> {
    await cluster.writeStream(stream, [{ name: 'v1', from: { kind: 'DockerImage', name: from }, importPolicy }]);
    await expect.poll(() => cluster.pollsOf(stream), patience).toHaveLength(1);
    await cluster.apply(cluster.pollsOf(stream)[0]!);
  }

  async function writePrivate(stream: string): Promise<void> {
    await pushImage(registry.host, `${stream}/web`, 'v1', image, { headers: { authorization: AUTHORIZATION } });
    await writeFailing(stream, `${registry.host}/${stream}/web:v1`, { insecure: true });
    expect(outcomes(stream)).toEqual(['Unauthorized']);
  }

  test('uses the docker config file as it is now', async () => {
    await writePrivate('file');
    const auth = Buffer.from('alice:secret').toString('base64');
    await writeFile(dockerConfig, JSON.stringify({ auths: { [`${registry.host}/file`]: { auth } } }));
    await expect.poll(() => outcomes('file'), patience).toEqual(['Unauthorized', image.digest]);
  });

  test('uses the Secret for the whole cluster, which it may read by its name', async () => {
    await writePrivate('cluster');
    const secret = pullSecret(cluster.namespace, 'cluster-pull-secret', `${registry.host}/cluster`);
    await cluster.kube.create(resources.secrets, secret);
    await expect.poll(() => outcomes('cluster'), patience).toEqual(['Unauthorized', image.digest]);
  });

  test('does not use the Secrets of namespaces', async () => {
    await cluster.kube.create(resources.secrets, pullSecret(cluster.namespace, 'own', registry.host));
    await writePrivate('own');
  });

  test('trusts the authorities in its directory as they are now, through the proxy', async () => {
    await writeFailing('by-file', `${byFile.host}/shop/web:v1`, {});
    await writeFile(join(authorities, byFile.host.replace(':', '..')), testCertificate.certificate);
    await expect.poll(() => outcomes('by-file'), patience).toEqual(['InternalError', image.digest]);
    expect(proxy.seen).toContain(`CONNECT ${byFile.host}`);
  });

  test('trusts the authorities in their Secret, which it may read by its name', async () => {
    await writeFailing('by-secret', `${bySecret.host}/shop/web:v1`, {});
    const metadata = { name: 'registry-authorities', namespace: cluster.namespace };
    const stringData = { [bySecret.host.replace(':', '..')]: testCertificate.certificate };
    await cluster.kube.create(resources.secrets, Object.assign({ metadata }, { stringData }));
    await expect.poll(() => outcomes('by-secret'), patience).toEqual(['InternalError', image.digest]);
  });

  test('goes on with what it knew when a file cannot be used, and says so', async () => {
    await writeFile(dockerConfig, '{"auths": {"secret');
    const line = await poller.logged(({ detail }) => String(detail).includes('TAGSTREAM_DOCKER_CONFIG names'));
    expect(line).toMatchObject({
      detail: expect.stringMatching(/cannot be used: The docker configuration is not JSON\.$/),
    });
    await pushImage(registry.host, 'file/other', 'v1', image, { headers: { authorization: AUTHORIZATION } });
    const from = { kind: 'DockerImage', name: `${registry.host}/file/other:v1` };
    await cluster.writeStream('goes-on', [{ name: 'v1', from, importPolicy: { insecure: true } }]);
    await expect.poll(() => outcomes('goes-on'), patience).toEqual([image.digest]);
  });
});

test('a poller whose files cannot be used at the start says which', async () => {
  const start = startService('poller', {
    NATS_URL: inject('natsUrl'),
    KUBECONFIG: inject('kubeconfig'),
    TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    TAGSTREAM_REGISTRY_MIRRORS: '/nonexistent/mirrors.yaml',
  });
  await expect(start).rejects.toThrow(
    /TAGSTREAM_REGISTRY_MIRRORS names \/nonexistent\/mirrors\.yaml, which cannot be used/,
  );
});
