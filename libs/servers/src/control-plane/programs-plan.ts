import { join } from 'node:path';
import type { Programs } from '../find-tool.ts';
import { inheritedEnv } from '../inherited-env.ts';
import type { ServerSpec } from '../server-process.ts';
import { isApiServerReady } from './api-server-ready.ts';
import {
  apiServerArgs,
  controllerManagerArgs,
  etcdArgs,
  kwokArgs,
  type Layout,
  schedulerArgs,
  stagesPath,
} from './commands.ts';
import { clients, makeKeys } from './keys.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { ControlPlanePart, ControlPlanePlan, PlanOptions } from './plan.ts';

/** Makes keys and kubeconfigs in the directory, and plans a process for every part. */
export async function planPrograms(
  { dir, ports, qps }: PlanOptions,
  kubernetes: Programs,
  kwok: Programs,
): Promise<ControlPlanePlan> {
  const [etcd = 0, etcdPeer = 0, apiServer = 0] = ports;
  const url = `https://127.0.0.1:${apiServer}`;
  const pki = await makeKeys(dir);
  const kubeconfig = (client: string): string => join(dir, `${client}.kubeconfig`);
  for (const client of clients) {
    await writeKubeconfig(kubeconfig(client), client, {
      server: url,
      caPath: pki('ca.crt'),
      certificatePath: pki(`${client}.crt`),
      keyPath: pki(`${client}.key`),
    });
  }
  const layout: Layout = { dir, ports: { etcd, etcdPeer, apiServer }, pki, kubeconfig, qps };
  const spec = (
    name: ControlPlanePart,
    from: Programs,
    args: readonly string[],
    listensOn: readonly number[],
    isReady: () => Promise<boolean>,
  ): ServerSpec => ({
    name,
    command: { file: from.path(name), args, env: inheritedEnv() },
    ports: listensOn,
    logPath: join(dir, `${name}.log`),
    isReady,
  });
  // These have no port of their own; that they work shows in the first objects.
  const atOnce = async (): Promise<boolean> => true;
  return {
    specs: [
      spec('etcd', kubernetes, etcdArgs(layout), [etcd, etcdPeer], () => isHealthy(etcd)),
      spec('kube-apiserver', kubernetes, apiServerArgs(layout), [apiServer], () =>
        isApiServerReady(kubeconfig('admin')),
      ),
      spec('kube-controller-manager', kubernetes, controllerManagerArgs(layout), [], atOnce),
      spec('kube-scheduler', kubernetes, schedulerArgs(layout), [], atOnce),
      spec('kwok', kwok, kwokArgs(kubeconfig('kwok'), stagesPath), [], atOnce),
    ],
    processOf: {
      etcd: 'etcd',
      'kube-apiserver': 'kube-apiserver',
      'kube-controller-manager': 'kube-controller-manager',
      'kube-scheduler': 'kube-scheduler',
      kwok: 'kwok',
    },
    url,
    kubeconfig: kubeconfig('admin'),
    kubectl: kubernetes.path('kubectl'),
  };
}

async function isHealthy(etcdPort: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${etcdPort}/health`)).ok;
}
