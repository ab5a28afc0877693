import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject, TagReference } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { type RegistryServer, type ServiceProcess, startService } from '@tagstream/servers';
import { buildImage, type FakeRegistry, pushImage, startFakeRegistry, testCertificate } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { createPollerAccount, type PollerAccount } from './registry-access/poller-account.ts';
import {
  AUTHORIZATION,
  pullSecret,
  type SecretOptions,
  startPrivateRegistry,
} from './registry-access/private-registry.ts';

const patience = { timeout: 15_000 };
const image = buildImage({ seed: 'access' });

function tag(
  name: string,
  from: string,
  importPolicy: TagReference['importPolicy'] = { insecure: true },
): TagReference {
  return { name, from: { kind: 'DockerImage', name: from }, importPolicy };
}

/** Everything runs with the rights that the manifests give, in one namespace for the service and the streams. */
describe('the poller', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let account: PollerAccount;
  let registry: RegistryServer;
  let secure: FakeRegistry;
  let mirror: FakeRegistry;
  let poller: ServiceProcess;
  let mirrorsPath: string;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    account = stack.use(await createPollerAccount(cluster.kube, cluster.namespace, inject('kubeconfig')));
    registry = stack.use(await startPrivateRegistry());
    secure = stack.use(await startFakeRegistry({ tls: testCertificate }));
    mirror = stack.use(await startFakeRegistry());
    for (const { store } of [secure, mirror]) {
      store.putManifest('shop/web', 'v1', image.mediaType, image.manifest);
      store.putBlob('shop/web', image.config.bytes);
    }
    const dir = await mkdtemp(join(tmpdir(), 'mirrors-'));
    stack.defer(() => rm(dir, { recursive: true }));
    mirrorsPath = join(dir, 'mirrors.yaml');
    await writeFile(mirrorsPath, 'mirrors: []\n');
    poller = stack.use(
      await startService('poller', {
        ...cluster.env,
        KUBECONFIG: account.kubeconfig,
        TAGSTREAM_CLUSTER_PULL_SECRET: `${cluster.namespace}/cluster-pull-secret`,
        TAGSTREAM_REGISTRY_CA_CONFIGMAP: `${cluster.namespace}/registry-authorities`,
        TAGSTREAM_ALLOWED_REGISTRIES: `127.0.0.1:*,*.example.com`,
        TAGSTREAM_BLOCKED_REGISTRIES: 'blocked.example.com',
        TAGSTREAM_REGISTRY_MIRRORS: mirrorsPath,
        TAGSTREAM_CLOUD_CREDENTIALS: 'none',
      }),
    );
  });
  afterAll(() => stack.disposeAsync());

  const push = (repository: string) =>
    pushImage(registry.host, repository, 'v1', image, { headers: { authorization: AUTHORIZATION } });
  const outcomes = (stream: string) =>
    cluster.pollsOf(stream).map(({ outcome }) => (outcome.kind === 'image' ? outcome.image : outcome.reason));
  const create = (secret: KubeObject) => cluster.kube.create(resources.secrets, secret);
  const createSecret = (name: string, key: string, options?: SecretOptions) =>
    create(pullSecret(cluster.namespace, name, key, options));

  /** A stream that cannot be imported yet, with that failure in its status. */
  async function writeFailing(stream: string, from: string, policy?: TagReference['importPolicy']): Promise<void> {
    await cluster.writeStream(stream, [tag('v1', from, policy)]);
    await expect.poll(() => cluster.pollsOf(stream), patience).toHaveLength(1);
    await cluster.apply(cluster.pollsOf(stream)[0]!);
  }

  test.each<[string, SecretOptions]>([
    ['dockerconfigjson', {}],
    ['dockercfg', { type: 'kubernetes.io/dockercfg' }],
  ])('imports what was refused as soon as there is a Secret for it (%s)', async (name, options) => {
    await push(`${name}/web`);
    await writeFailing(name, `${registry.host}/${name}/web:v1`);
    expect(outcomes(name)).toEqual(['Unauthorized']);
    await createSecret(`pull-${name}`, `${registry.host}/${name}`, options);
    await expect.poll(() => outcomes(name), patience).toEqual(['Unauthorized', image.digest]);
  });

  test('tries again with a Secret that is corrected, and names neither in its log', async () => {
    await push('corrected/web');
    await createSecret('corrected', `${registry.host}/corrected`, { password: 'not-this-one' });
    await writeFailing('corrected', `${registry.host}/corrected/web:v1`);
    expect(cluster.pollsOf('corrected')[0]?.outcome).toMatchObject({
      reason: 'Unauthorized',
      message: expect.stringContaining('incorrect username or password'),
    });
    const key = { resource: resources.secrets, namespace: cluster.namespace, name: 'corrected' };
    await cluster.kube.mergePatch(key, pullSecret(cluster.namespace, 'corrected', `${registry.host}/corrected`));
    await expect.poll(() => outcomes('corrected'), patience).toEqual(['Unauthorized', image.digest]);
    const log = JSON.stringify(poller.lines());
    expect(log).toContain('corrected/web');
    expect(log).not.toContain('not-this-one');
    expect(log).not.toContain(Buffer.from('alice:secret').toString('base64'));
  });

  test('does not use a Secret that is excluded', async () => {
    await push('excluded/web');
    await createSecret('excluded', `${registry.host}/excluded`, {
      annotations: { 'openshift.io/image.excludeSecret': 'true' },
    });
    await createSecret('not-for-registries', `${registry.host}/excluded`, { type: 'Opaque' });
    await cluster.writeStream('excluded', [tag('v1', `${registry.host}/excluded/web:v1`)]);
    await expect.poll(() => outcomes('excluded'), patience).toEqual(['Unauthorized']);
  });

  test('uses a Secret of any type that the default service account names', async () => {
    await push('linked/web');
    await createSecret('linked', `${registry.host}/linked`, { type: 'Opaque' });
    await writeFailing('linked', `${registry.host}/linked/web:v1`);
    const account = { resource: resources.serviceAccounts, namespace: cluster.namespace, name: 'default' };
    await cluster.kube.apply(
      account,
      { imagePullSecrets: [{ name: 'linked' }] },
      { fieldManager: 'test', force: true },
    );
    await expect.poll(() => outcomes('linked'), patience).toEqual(['Unauthorized', image.digest]);
  });

  test('uses the Secret for the whole cluster where the namespace has none that fits', async () => {
    await push('cluster/web');
    await push('cluster/own');
    await createSecret('own', `${registry.host}/cluster/own`, { password: 'wrong' });
    await writeFailing('cluster', `${registry.host}/cluster/web:v1`);
    await createSecret('cluster-pull-secret', `${registry.host}/cluster`, {
      type: 'Opaque', // not one that the watch of the namespace would bring
    });
    await expect.poll(() => outcomes('cluster'), patience).toEqual(['Unauthorized', image.digest]);
    await cluster.writeStream('cluster-own', [tag('v1', `${registry.host}/cluster/own:v1`)]);
    await expect.poll(() => outcomes('cluster-own'), patience).toEqual(['Unauthorized']);
  });

  test('tells about a Secret that cannot be read, without its content', async () => {
    const type = 'kubernetes.io/dockercfg';
    const broken = Object.assign({ metadata: { name: 'broken', namespace: cluster.namespace } }, { type });
    await create(Object.assign(broken, { stringData: { '.dockercfg': '{"registry.example.com": "letmein"}' } }));
    await expect.poll(() => JSON.stringify(poller.lines()), patience).toContain('The Secret broken cannot be used');
    expect(JSON.stringify(poller.lines())).not.toContain('letmein');
  });

  test('trusts the authority of a registry as soon as the ConfigMap has it, and no longer than that', async () => {
    const { namespace } = cluster;
    const from = `${secure.host}/shop/web:v1`;
    await writeFailing('trusted', from, {});
    expect(cluster.pollsOf('trusted')[0]?.outcome).toMatchObject({ message: expect.stringContaining('certificate') });
    const key = { resource: resources.configMaps, namespace, name: 'registry-authorities' };
    const data = { [secure.host.replace(':', '..')]: testCertificate.certificate };
    await cluster.kube.apply(key, { metadata: { name: key.name, namespace }, data }, { fieldManager: 'test' });
    await expect.poll(() => outcomes('trusted'), patience).toEqual(['InternalError', image.digest]);

    await cluster.kube.delete(key);
    await expect
      .poll(() => JSON.stringify(poller.lines()), patience)
      .toContain(`There is no ConfigMap ${namespace}/registry-authorities`);
    await cluster.writeStream('distrusted', [tag('v1', from, {})]);
    await expect.poll(() => outcomes('distrusted'), patience).toEqual(['InternalError']);
  });

  test('never asks a registry insecurely for a tag that does not allow it', async () => {
    mirror.clearRequests();
    const from = `${mirror.host}/shop/web:v1`;
    await cluster.writeStream('careless', [tag('v1', from)]);
    await expect.poll(() => outcomes('careless'), patience).toEqual([image.digest]);
    mirror.clearRequests();
    await cluster.writeStream('careful', [tag('v1', from, {})]);
    await expect.poll(() => outcomes('careful'), patience).toEqual(['BadRequest']);
    expect(mirror.requests).toEqual([]);
  });

  test.each([
    [
      'forbidden',
      'registry.ltd/a/b:1',
      'registry "registry.ltd" not allowed by whitelist: "127.0.0.1:*", "*.example.com:443"',
    ],
    ['blocked', 'blocked.example.com/a/b:1', 'registry blocked.example.com blocked'],
  ])('refuses a registry that is %s', async (stream, from, message) => {
    await cluster.writeStream(stream, [tag('1', from)]);
    await expect
      .poll(() => cluster.pollsOf(stream).map(({ outcome }) => outcome), patience)
      .toMatchObject([{ reason: 'Forbidden', message: expect.stringContaining(message) }]);
  });

  test('asks the mirror of a blocked registry as soon as the file names one, and records the source', async () => {
    const from = 'blocked.example.com/shop/web:v1';
    await writeFailing('mirrored', from, {});
    const rule = `{ source: blocked.example.com, mirrors: [{ location: "${mirror.host}", insecure: true }] }`;
    await writeFile(mirrorsPath, `mirrors:\n  - ${rule}\n`);
    await expect.poll(() => outcomes('mirrored'), patience).toEqual(['Forbidden', image.digest]);
    expect(cluster.pollsOf('mirrored')[1]?.outcome).toMatchObject({
      reference: `blocked.example.com/shop/web@${image.digest}`,
    });
  });

  test('is not ready while it may not read Secrets, says so, and goes on when it may', async () => {
    await account.mayReadSecrets(false);
    await poller.kill();
    const restarting = poller.restart();
    const readiness = async () => {
      const answer = await fetch(`${poller.adminUrl}/readyz`).catch(() => undefined);
      return answer === undefined ? '' : JSON.stringify(await answer.json());
    };
    await expect.poll(readiness, patience).toMatch(/cannot (list|watch) resource \\"secrets\\"/);
    await account.mayReadSecrets(true);
    await restarting;
    await createSecret('late', `${registry.host}/late`);
    await push('late/web');
    await cluster.writeStream('late', [tag('v1', `${registry.host}/late/web:v1`)]);
    await expect.poll(() => outcomes('late'), patience).toEqual([image.digest]);
  });
});
