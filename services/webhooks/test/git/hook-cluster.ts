import { readFile } from 'node:fs/promises';
import type { Build, BuildConfig } from '@tagstream/api-types';
import { type KubeClient, resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { accountKubeconfig, applyRights, openNamespace } from '@tagstream/testing';
import { parse } from 'yaml';
import type { Trigger } from './git-hooks.ts';
import { startTcpGate, type TcpGate } from './tcp-gate.ts';

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
  const { namespace, kube } = stack.use(await openNamespace(adminKubeconfig, 'hooks'));
  stack.use(await applyRights(kube, 'base/webhooks-rights.yaml', namespace));
  const server = new URL(await serverOf(adminKubeconfig));
  const gate = stack.use(await startTcpGate(Number(server.port)));
  server.port = String(gate.port);
  const name = 'webhooks';
  const { kubeconfig } = stack.use(
    await accountKubeconfig(kube, { namespace, name }, adminKubeconfig, ({ clusters }) => {
      for (const { cluster } of clusters) cluster.server = server.href;
    }),
  );

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

async function serverOf(kubeconfig: string): Promise<string> {
  const { clusters } = parse(await readFile(kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  return clusters[0]?.cluster.server ?? '';
}
