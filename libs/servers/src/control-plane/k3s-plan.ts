import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dockerCommand } from '../docker-command.ts';
import { images } from '../versions.ts';
import { isApiServerReady } from './api-server-ready.ts';
import { kwokArgs, stagesPath } from './commands.ts';
import type { ControlPlanePlan, PlanOptions } from './plan.ts';

/** k3s unpacks itself and compiles its database at first start. */
const READY_TIMEOUT_MS = 120_000;

/**
 * Plans the same control plane as two containers: k3s without its node, which is all parts but the last, and kwok in the
 * network of k3s. The directory is mounted under its own path, so that a path means the same inside and outside.
 */
export async function planK3s({ dir, ports, qps }: PlanOptions, docker: string): Promise<ControlPlanePlan> {
  const port = ports[2] ?? 0;
  const kubeconfig = join(dir, 'admin.kubeconfig');
  const stages = join(dir, basename(stagesPath));
  const kubectl = join(dir, 'kubectl');
  const k3sName = `tagstream-k3s-${port}`;
  await copyFile(stagesPath, stages);
  await writeFile(kubectl, `#!/bin/sh\nexec "${docker}" exec -i ${k3sName} kubectl "$@"\n`, { mode: 0o755 });
  const mount = ['--volume', `${dir}:${dir}`];
  const k3s = dockerCommand(docker, {
    name: k3sName,
    image: images.k3s,
    options: ['--privileged', '--tmpfs', '/run', '--publish', `127.0.0.1:${port}:${port}`, ...mount],
    args: [
      'server',
      '--disable-agent',
      '--disable=coredns,servicelb,traefik,local-storage,metrics-server',
      '--disable-cloud-controller',
      '--disable-helm-controller',
      '--disable-network-policy',
      '--flannel-backend=none',
      `--data-dir=${join(dir, 'k3s')}`,
      `--https-listen-port=${port}`,
      `--write-kubeconfig=${kubeconfig}`,
      '--write-kubeconfig-mode=644',
      ...['controller-manager', 'scheduler'].flatMap((part) => [
        `--kube-${part}-arg=kube-api-qps=${qps}`,
        `--kube-${part}-arg=kube-api-burst=${qps * 2}`,
      ]),
    ],
  });
  const kwok = dockerCommand(docker, {
    image: images.kwok,
    options: ['--network', `container:${k3sName}`, ...mount],
    args: kwokArgs(kubeconfig, stages),
  });
  return {
    specs: [
      {
        name: 'k3s',
        command: k3s,
        ports: [port],
        logPath: join(dir, 'k3s.log'),
        isReady: () => isApiServerReady(kubeconfig),
        readyTimeoutMs: READY_TIMEOUT_MS,
      },
      { name: 'kwok', command: kwok, ports: [], logPath: join(dir, 'kwok.log'), isReady: async () => true },
    ],
    processOf: {
      etcd: 'k3s',
      'kube-apiserver': 'k3s',
      'kube-controller-manager': 'k3s',
      'kube-scheduler': 'k3s',
      kwok: 'kwok',
    },
    url: `https://127.0.0.1:${port}`,
    kubeconfig,
    kubectl,
  };
}
