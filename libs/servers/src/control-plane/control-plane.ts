import { type FindOptions, findTool } from '../find-tool.ts';
import { withFreePorts } from '../free-port.ts';
import { makeServerDir } from '../server-dir.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { ServersError } from '../servers-error.ts';
import { kubernetesTool, kwokTool } from '../versions.ts';
import { createFirstObjects } from './first-objects.ts';
import { planK3s } from './k3s-plan.ts';
import type { ControlPlanePart, ControlPlanePlan, PlanOptions } from './plan.ts';
import { planPrograms } from './programs-plan.ts';

export interface ControlPlaneOptions extends FindOptions {
  /** Kept when given; otherwise a temporary directory that is removed at the end. */
  readonly dir?: string;
  /** Requests per second that controller-manager and scheduler may send. */
  readonly qps?: number;
}

/** A running Kubernetes control plane with one fake node. */
export interface ControlPlane extends Pick<ControlPlanePlan, 'url' | 'kubeconfig' | 'kubectl'>, AsyncDisposable {
  readonly dir: string;
  /** Each part, to kill and restart it alone. */
  readonly parts: Readonly<Record<ControlPlanePart, ServerProcess>>;
  /** SIGKILL for every part. */
  kill(): Promise<void>;
  /** Stops what still runs and starts every part again on the same ports and data; resolves when it is ready. */
  restart(): Promise<void>;
}

/** The controllers' default of 20 would make them the bottleneck of every load test. */
const DEFAULT_QPS = 1_000;

/**
 * Starts etcd, kube-apiserver (RBAC), kube-controller-manager, kube-scheduler and kwok, and waits until the API server is
 * ready, the fake node is Ready, and pods can be created in the namespace `default`.
 *
 * @throws ServersError `not_installed`, `build_failed`, `start_failed`, `timeout`.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const plan = await findPlan(options);
  const dir = await makeServerDir('kubernetes', options.dir);
  const qps = options.qps ?? DEFAULT_QPS;
  return withFreePorts(3, async (ports) => {
    const planned = await plan({ dir: dir.path, ports, qps });
    const processes = await startAll(planned);
    const stopAll = async (): Promise<void> => {
      // Clients first, so that none of them logs the loss of its server.
      for (const each of processes.toReversed()) await each.stop();
    };
    return {
      url: planned.url,
      kubeconfig: planned.kubeconfig,
      kubectl: planned.kubectl,
      dir: dir.path,
      parts: partsOf(planned, processes),
      kill: () => killAll(processes),
      restart: async () => {
        await stopAll();
        for (const each of processes) await each.restart();
        await untilUsable(planned, processes);
      },
      [Symbol.asyncDispose]: async () => {
        await stopAll();
        await dir.dispose();
      },
    };
  });
}

/** Programs where both tools are found as such, else containers. */
async function findPlan(options: FindOptions): Promise<(options: PlanOptions) => Promise<ControlPlanePlan>> {
  const kubernetes = await findTool(kubernetesTool, options);
  if (kubernetes.kind === 'docker') return (with_) => planK3s(with_, kubernetes.docker);
  const kwok = await findTool(kwokTool, options);
  if (kwok.kind === 'docker') return (with_) => planK3s(with_, kwok.docker);
  return (with_) => planPrograms(with_, kubernetes, kwok);
}

async function startAll(plan: ControlPlanePlan): Promise<readonly ServerProcess[]> {
  const processes: ServerProcess[] = [];
  try {
    for (const spec of plan.specs) processes.push(await startServerProcess(spec));
    await untilUsable(plan, processes);
    return processes;
  } catch (error) {
    await killAll(processes);
    throw error;
  }
}

async function killAll(processes: readonly ServerProcess[]): Promise<void> {
  await Promise.all(processes.map((each) => each.kill()));
}

/** Waits until pods can be created and run; fails at once when a process ends. */
async function untilUsable(plan: ControlPlanePlan, processes: readonly ServerProcess[]): Promise<void> {
  const stop = new AbortController();
  const failure = Promise.race(
    processes.map(async (each) => {
      const code = await each.exited;
      throw new ServersError('start_failed', `${each.name} ended with code ${code}; its log is ${each.logPath}.`);
    }),
  );
  try {
    await Promise.race([createFirstObjects(plan.kubeconfig, stop.signal), failure]);
  } finally {
    stop.abort();
    failure.catch(() => {});
  }
}

function partsOf(plan: ControlPlanePlan, processes: readonly ServerProcess[]): ControlPlane['parts'] {
  const part = (name: ControlPlanePart): ServerProcess => {
    const found = processes.find((each) => each.name === plan.processOf[name]);
    if (!found) throw new ServersError('start_failed', `The plan of the control plane has no process for ${name}.`);
    return found;
  };
  return {
    etcd: part('etcd'),
    'kube-apiserver': part('kube-apiserver'),
    'kube-controller-manager': part('kube-controller-manager'),
    'kube-scheduler': part('kube-scheduler'),
    kwok: part('kwok'),
  };
}
