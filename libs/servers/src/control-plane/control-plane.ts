import { join, resolve } from 'node:path';
import { inheritedEnv } from '../docker-command.ts';
import { type FindOptions, findTool, type ToolSource } from '../find-program.ts';
import { withFreePorts } from '../free-port.ts';
import { makeServerDir } from '../server-dir.ts';
import { type ServerProcess, type ServerSpec, startServerProcess } from '../server-process.ts';
import { ServersError } from '../servers-error.ts';
import { kubernetesTool, kwokTool } from '../versions.ts';
import { apiServerArgs, controllerManagerArgs, etcdArgs, kwokArgs, type Layout, schedulerArgs } from './commands.ts';
import { createFirstObjects } from './first-objects.ts';
import { clients, makeKeys } from './keys.ts';
import { kubeRequester } from './kube-request.ts';
import { writeKubeconfig } from './kubeconfig.ts';

export interface ControlPlaneOptions extends FindOptions {
  /** Kept when given; otherwise a temporary directory that is removed at the end. */
  readonly dir?: string;
  /** Requests per second that controller-manager and scheduler may send. */
  readonly qps?: number;
}

/** The parts of a control plane, in the order in which they are started. */
export const controlPlaneParts = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const;
export type ControlPlanePart = (typeof controlPlaneParts)[number];

/** A running Kubernetes control plane with one fake node. */
export interface ControlPlane extends AsyncDisposable {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly dir: string;
  /** Path of a kubectl of the same version. */
  readonly kubectl: string;
  /** Each part, to kill and restart it alone. */
  readonly parts: Readonly<Record<ControlPlanePart, ServerProcess>>;
  /** SIGKILL for every part. */
  kill(): Promise<void>;
  /** Starts every part again on the same ports and data; resolves when the API server is ready. */
  restart(): Promise<void>;
}

/** The controllers' default of 20 would make them the bottleneck of every load test. */
const DEFAULT_QPS = 1_000;
const stagesPath = resolve(import.meta.dirname, '../../kwok/stages.yaml');

/**
 * Starts etcd, kube-apiserver (RBAC), kube-controller-manager, kube-scheduler and kwok, and waits until the API server is
 * ready, the fake node is Ready, and pods can be created in the namespace `default`.
 *
 * @throws ServersError `not_installed`, `build_failed`, `start_failed`, `timeout`.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const kubernetes = await findTool(kubernetesTool, options);
  const kwok = await findTool(kwokTool, options);
  if (kubernetes.kind === 'docker' || kwok.kind === 'docker') {
    throw new ServersError(
      'not_installed',
      'The control plane needs Go: install Go 1.26 or newer (https://go.dev/dl).',
    );
  }
  const dir = await makeServerDir('kubernetes', options.dir);
  try {
    const plane = await withFreePorts(3, ([etcd = 0, etcdPeer = 0, apiServer = 0]) =>
      start(dir.path, { etcd, etcdPeer, apiServer }, options.qps ?? DEFAULT_QPS, { kubernetes, kwok }),
    );
    return {
      ...plane,
      [Symbol.asyncDispose]: async () => {
        await plane.stop();
        await dir.dispose();
      },
    };
  } catch (error) {
    await dir.dispose();
    throw error;
  }
}

interface Sources {
  readonly kubernetes: Programs;
  readonly kwok: Programs;
}

type Programs = Extract<ToolSource, { kind: 'programs' }>;

type StartedPlane = Omit<ControlPlane, typeof Symbol.asyncDispose> & { readonly stop: () => Promise<void> };

async function start(dir: string, ports: Layout['ports'], qps: number, sources: Sources): Promise<StartedPlane> {
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const pki = await makeKeys(dir);
  const kubeconfig = (client: string): string => join(dir, `${client}.kubeconfig`);
  for (const client of clients) {
    const access = {
      server: url,
      caPath: pki('ca.crt'),
      certificatePath: pki(`${client}.crt`),
      keyPath: pki(`${client}.key`),
    };
    await writeKubeconfig(kubeconfig(client), client, access);
  }
  const started: Partial<Record<ControlPlanePart, ServerProcess>> = {};
  const parts = started as Record<ControlPlanePart, ServerProcess>;
  const running = (): ServerProcess[] => controlPlaneParts.flatMap((part) => started[part] ?? []);
  const stop = async (): Promise<void> => {
    // Clients first, so that none of them logs the loss of its server.
    for (const process of running().reverse()) await process.stop();
  };
  try {
    for (const spec of specs({ dir, ports, pki, kubeconfig, qps, stagesPath }, sources)) {
      parts[spec.name] = await startServerProcess(spec);
    }
    await Promise.race([createFirstObjects(kubeconfig('admin')), failure(running())]);
  } catch (error) {
    await Promise.all(running().map((process) => process.kill()));
    throw error;
  }
  return {
    url,
    kubeconfig: kubeconfig('admin'),
    dir,
    kubectl: sources.kubernetes.path('kubectl'),
    parts,
    stop,
    kill: async () => {
      await Promise.all(running().map((process) => process.kill()));
    },
    restart: async () => {
      await stop();
      for (const process of running()) await process.restart();
    },
  };
}

function specs(layout: Layout, { kubernetes, kwok }: Sources): (ServerSpec & { readonly name: ControlPlanePart })[] {
  const spec = (
    name: ControlPlanePart,
    source: Programs,
    args: readonly string[],
    isReady: () => Promise<boolean>,
  ): ServerSpec & { readonly name: ControlPlanePart } => ({
    name,
    command: { file: source.path(name), args, env: inheritedEnv() },
    logPath: join(layout.dir, `${name}.log`),
    isReady,
  });
  // These have no port of their own; that they work shows in the node and the service account.
  const atOnce = async (): Promise<boolean> => true;
  return [
    spec('etcd', kubernetes, etcdArgs(layout), () => isHealthy(layout.ports.etcd)),
    spec('kube-apiserver', kubernetes, apiServerArgs(layout), () => isReady(layout.kubeconfig('admin'))),
    spec('kube-controller-manager', kubernetes, controllerManagerArgs(layout), atOnce),
    spec('kube-scheduler', kubernetes, schedulerArgs(layout), atOnce),
    spec('kwok', kwok, kwokArgs(layout), atOnce),
  ];
}

async function isHealthy(etcdPort: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${etcdPort}/health`)).ok;
}

async function isReady(kubeconfig: string): Promise<boolean> {
  const kube = await kubeRequester(kubeconfig);
  try {
    return (await kube.get('/readyz')) === 'ok';
  } finally {
    kube.close();
  }
}

/** Rejects when one of the processes ends. */
function failure(processes: readonly ServerProcess[]): Promise<never> {
  return Promise.race(
    processes.map(async (process) => {
      const code = await process.exited;
      throw new ServersError('start_failed', `${process.name} ended with code ${code}; see ${process.logPath}.`);
    }),
  );
}
