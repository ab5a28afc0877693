import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build, BuildConfig, KubeObject } from '@tagstream/api-types';
import { connectKube, type KubeClient, type Resource, resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { Trigger } from './git-hooks.ts';
import { startTcpGate, type TcpGate } from './tcp-gate.ts';

/** The rights that the manifests give to the service. */
const RIGHTS = new URL('../../../../deploy/base/webhooks-rights.yaml', import.meta.url);

const KINDS: Readonly<Record<string, Resource>> = {
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: resources.clusterRoles,
  ClusterRoleBinding: resources.clusterRoleBindings,
};

/** A namespace, and services that answer for it with exactly the rights that the manifests give. */
export interface HookCluster extends AsyncDisposable {
  readonly namespace: string;
  readonly kube: KubeClient;
  /** The services' way to the API server. */
  readonly gate: TcpGate;
  start(): Promise<HookService>;
  writeConfig(name: string, triggers: Trigger[]): Promise<BuildConfig>;
  writeSecret(name: string, data: Readonly<Record<string, string>>): Promise<void>;
  builds(config: string): Promise<readonly Build[]>;
}

export interface HookService extends AsyncDisposable {
  readonly process: ServiceProcess;
  readonly url: (config: string, secret: string, type: string) => string;
}

export async function startHookCluster(natsUrl: string, adminKubeconfig: string): Promise<HookCluster> {
  await using stack = new AsyncDisposableStack();
  const namespace = `hooks-${randomUUID().slice(0, 8)}`;
  const kube = stack.use(await connectKube({ userAgent: 'test', kubeconfig: adminKubeconfig }));
  await kube.create(resources.namespaces, { metadata: { name: namespace } });
  stack.defer(() => kube.delete({ resource: resources.namespaces, name: namespace }));
  for (const object of await readRights(namespace)) {
    const resource = KINDS[object.kind ?? ''];
    if (resource === undefined) throw new Error(`the rights hold a ${object.kind}`);
    const key = { resource, name: object.metadata.name, ...(resource.namespaced && { namespace }) };
    await kube.apply(key, object, { fieldManager: 'test', force: true });
    stack.defer(() => kube.delete(key).catch(() => undefined));
  }
  const dir = await mkdtemp(join(tmpdir(), 'hook-cluster-'));
  stack.defer(() => rm(dir, { recursive: true }));
  const kubeconfig = join(dir, 'kubeconfig');
  const config = parse(await readFile(adminKubeconfig, 'utf8')) as KubeConfig;
  const server = new URL(config.clusters[0]?.cluster.server ?? '');
  const gate = stack.use(await startTcpGate(Number(server.port)));
  server.port = String(gate.port);
  for (const { cluster } of config.clusters) cluster.server = server.href;
  for (const each of config.users) each.user.as = `system:serviceaccount:${namespace}:webhooks`;
  await writeFile(kubeconfig, stringify(config));

  const kept = stack.move();
  return {
    namespace,
    kube,
    gate,
    start: async () => {
      const process = await startService('webhooks', {
        NATS_URL: natsUrl,
        KUBECONFIG: kubeconfig,
        TAGSTREAM_PREFIX: namespace,
        TAGSTREAM_NAMESPACE: namespace,
        TAGSTREAM_ADMIN_HOST: '127.0.0.1',
        TAGSTREAM_HTTP_HOST: '127.0.0.1',
        TAGSTREAM_HTTP_PORT: '0',
        TAGSTREAM_GIT_HOOKS: 'true',
        TAGSTREAM_WEBHOOK_SECRETS: 'of-registries',
        TAGSTREAM_LOG_LEVEL: 'debug',
      });
      const { address } = await process.logged((line) => line.message === 'hooks open');
      const base = `${String(address)}/apis/build.openshift.io/v1/namespaces/${namespace}/buildconfigs`;
      return {
        process,
        url: (name, secret, type) => `${base}/${name}/webhooks/${secret}/${type}`,
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
    writeConfig: (name, triggers) =>
      kube.apply<BuildConfig>(
        { resource: resources.buildConfigs, namespace, name },
        {
          spec: {
            source: { git: { uri: 'https://git.example.com/shop/web.git' } },
            strategy: { type: 'Docker', dockerStrategy: {} },
            triggers,
          },
        },
        { fieldManager: 'test', force: true },
      ),
    writeSecret: async (name, data) => {
      const key = { resource: resources.secrets, namespace, name };
      await kube.apply(key, { stringData: data }, { fieldManager: 'test', force: true });
    },
    builds: async (name) => {
      const { items } = await kube.list<Build>(resources.builds, { namespace, labelSelector: `buildconfig=${name}` });
      return items;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

interface KubeConfig {
  readonly clusters: readonly { readonly cluster: { server: string } }[];
  readonly users: readonly { readonly user: { as?: string } }[];
}

async function readRights(namespace: string): Promise<readonly KubeObject[]> {
  const text = (await readFile(RIGHTS, 'utf8'))
    .replaceAll('namespace: tagstream', `namespace: ${namespace}`)
    .replaceAll('name: tagstream-webhooks', `name: ${namespace}-webhooks`);
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}
