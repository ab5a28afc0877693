import { join, resolve } from 'node:path';

/** File with the Stage objects that say what becomes of pods and nodes. */
export const stagesPath = resolve(import.meta.dirname, '../../kwok/stages.yaml');

/** What the command lines of a control plane's parts are made of. */
export interface Layout {
  readonly dir: string;
  readonly ports: { readonly etcd: number; readonly etcdPeer: number; readonly apiServer: number };
  /** Path of a key or certificate. */
  readonly pki: (file: string) => string;
  /** Path of a client's kubeconfig. */
  readonly kubeconfig: (client: string) => string;
  /** Requests per second that controller-manager and scheduler may send; bursts are twice that. */
  readonly qps: number;
}

/** Not durable against power loss, which a test cluster need not be; killing the process loses nothing. */
export function etcdArgs({ dir, ports }: Layout): string[] {
  const url = `http://127.0.0.1:${ports.etcd}`;
  const peerUrl = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    '--name=tagstream',
    `--data-dir=${join(dir, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=tagstream=${peerUrl}`,
    '--log-level=warn',
  ];
}

export function apiServerArgs({ dir, ports, pki }: Layout): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    // A loopback address cannot be an endpoint of the `kubernetes` service.
    '--endpoint-reconciler-type=none',
    `--cert-dir=${join(dir, 'apiserver')}`,
    `--tls-cert-file=${pki('kube-apiserver.crt')}`,
    `--tls-private-key-file=${pki('kube-apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki('service-accounts.pub')}`,
    `--service-account-signing-key-file=${pki('service-accounts.key')}`,
    `--requestheader-client-ca-file=${pki('front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pki('front-proxy-client.crt')}`,
    `--proxy-client-key-file=${pki('front-proxy-client.key')}`,
    '--allow-privileged=true',
    // Load tests must meet the server's speed, not its default limits of 400 and 200.
    '--max-requests-inflight=3000',
    '--max-mutating-requests-inflight=1500',
    '--profiling=false',
  ];
}

export function controllerManagerArgs({ pki, kubeconfig, qps }: Layout): string[] {
  const config = kubeconfig('kube-controller-manager');
  return [
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    '--leader-elect=false',
    '--secure-port=0',
    // Pod address ranges are kwok's business here.
    '--controllers=*,-nodeipam',
    `--service-account-private-key-file=${pki('service-accounts.key')}`,
    `--root-ca-file=${pki('ca.crt')}`,
    `--cluster-signing-cert-file=${pki('ca.crt')}`,
    `--cluster-signing-key-file=${pki('ca.key')}`,
    `--kube-api-qps=${qps}`,
    `--kube-api-burst=${qps * 2}`,
  ];
}

export function schedulerArgs({ kubeconfig, qps }: Layout): string[] {
  const config = kubeconfig('kube-scheduler');
  return [
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--kube-api-qps=${qps}`,
    `--kube-api-burst=${qps * 2}`,
  ];
}

export function kwokArgs(kubeconfig: string, stages: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${stages}`,
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    // Without leases the node lives by the heartbeats in its status. With them, a kwok that follows a killed one would
    // leave the pods alone until the dead one's lease has run out.
    '--node-lease-duration-seconds=0',
    '--node-ip=10.64.0.1',
    '--cidr=10.128.0.1/14',
  ];
}
