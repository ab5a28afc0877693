import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyCrds,
  type ControlPlane,
  freePort,
  type NatsServer,
  type RegistryServer,
  type ServiceName,
  type ServiceProcess,
  startControlPlane,
  startNats,
  startRegistry,
  startService,
} from '@tagstream/servers';

/** The real servers and the five services, each a process of its own. */
export interface Stack extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly controlPlane: ControlPlane;
  readonly registry: RegistryServer;
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  /** Runs builds as processes of this machine, where that was asked for. */
  readonly builder: ServiceProcess | undefined;
  /** First token of every subject. */
  readonly prefix: string;
  /** Where registries announce pushes, and with which header. */
  readonly hook: { readonly url: string; readonly authorization: string };
}

export interface StackOptions {
  /** Whether the registry announces pushes; without that they are found by polling. */
  readonly notifications?: boolean;
  /** Whether builds are run, which takes buildah and git on PATH. */
  readonly builder?: boolean;
  /** Whether the registry is the cluster's own: a push into it makes and fills ImageStreams. */
  readonly ownRegistry?: boolean;
  /** Added to the environment of every service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept when given; otherwise every server has a temporary directory of its own. */
  readonly dir?: string;
  /** Wraps each step, to show it. */
  readonly step?: <T>(title: string, run: () => Promise<T>) => Promise<T>;
}

/** Titles of the steps that {@link startStack} reports, in the order of their start. */
export const stackSteps: readonly string[] = [
  'NATS with JetStream',
  'Registry',
  'Kubernetes control plane',
  'Custom resource definitions',
  'Service poller',
  'Service webhooks',
  'Service trigger',
  'Service rollout',
  'Service builds',
];

/** As {@link stackSteps}, with builds. */
export const stackStepsWithBuilder: readonly string[] = [...stackSteps, 'Service builder'];

const CRDS_DIR = join(import.meta.dirname, '../../../deploy/crds');

/**
 * Starts everything on free loopback ports and returns when all of it is ready. What was started is stopped again when a
 * later part cannot start.
 *
 * @throws ServersError saying what is missing or did not start, with the last lines of its log
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const step = options.step ?? ((_title, run) => run());
  await using started = new AsyncDisposableStack();
  const dirOf = (name: string) => (options.dir === undefined ? {} : { dir: join(options.dir, name) });
  const hookPort = await freePort();
  const secret = randomBytes(24).toString('base64url');
  const hook = {
    url: `http://127.0.0.1:${hookPort}/hooks/distribution`,
    authorization: `Bearer ${secret}`,
  };

  const [nats, registry, controlPlane] = await Promise.all([
    step('NATS with JetStream', async () => started.use(await startNats(dirOf('nats')))),
    step('Registry', async () =>
      started.use(
        await startRegistry({ ...dirOf('registry'), ...(options.notifications !== false && { notifications: hook }) }),
      ),
    ),
    step('Kubernetes control plane', async () => started.use(await startControlPlane(dirOf('kubernetes')))),
  ]);
  await step('Custom resource definitions', () => applyCrds(controlPlane.kubeconfig, CRDS_DIR));

  const env = {
    NATS_URL: nats.url,
    KUBECONFIG: controlPlane.kubeconfig,
    TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    ...(options.ownRegistry && { TAGSTREAM_REGISTRY_HOST: registry.host, TAGSTREAM_REGISTRY_INSECURE: 'true' }),
    ...options.env,
  };
  const start = (name: ServiceName | 'builder', more: Readonly<Record<string, string>> = {}) =>
    step(`Service ${name}`, async () => started.use(await startService(name, { ...env, ...more }, dirOf(name))));
  const [poller, webhooks, trigger, rollout, builds, builder] = await Promise.all([
    start('poller'),
    start('webhooks', {
      TAGSTREAM_HTTP_HOST: '127.0.0.1',
      TAGSTREAM_HTTP_PORT: String(hookPort),
      TAGSTREAM_WEBHOOK_SECRETS: secret,
      TAGSTREAM_GIT_HOOKS: 'true',
    }),
    start('trigger'),
    start('rollout'),
    start('builds'),
    options.builder ? start('builder', { TAGSTREAM_BUILDER_WORK_DIR: await workDir(started) }) : undefined,
  ]);

  const running = started.move();
  return {
    nats,
    controlPlane,
    registry,
    services: { poller, webhooks, trigger, rollout, builds },
    builder,
    prefix: options.env?.TAGSTREAM_PREFIX ?? 'tagstream',
    hook,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A directory for builds, removed with the stack. */
async function workDir(started: AsyncDisposableStack): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tagstream-builds-'));
  started.defer(() => rm(path, { recursive: true, force: true }));
  return path;
}
