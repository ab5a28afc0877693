/** A server that is built from Go modules with one command. */
export interface BuiltTool {
  /** Directory name in the cache. */
  readonly name: string;
  readonly version: string;
  /** What `go install` is given; absent for the control plane, which is a module of our own. */
  readonly goPackage?: string;
  /** Programs that the build makes. */
  readonly programs: readonly string[];
  /** Rough time of a cold build on two cores, for a progress display. */
  readonly expectedBuildMs: number;
}

/** The version of every server that is built or pulled. Nothing else in the project names one. */
const NATS = '2.15.2';
const REGISTRY = '3.1.2';
const KWOK = '0.8.0';
const KUBERNETES = '1.36.3';

export const natsTool: BuiltTool = {
  name: 'nats-server',
  version: NATS,
  goPackage: `github.com/nats-io/nats-server/v2@v${NATS}`,
  programs: ['nats-server'],
  expectedBuildMs: 30_000,
};

export const registryTool: BuiltTool = {
  name: 'registry',
  version: REGISTRY,
  goPackage: `github.com/distribution/distribution/v3/cmd/registry@v${REGISTRY}`,
  programs: ['registry'],
  expectedBuildMs: 75_000,
};

export const kwokTool: BuiltTool = {
  name: 'kwok',
  version: KWOK,
  goPackage: `sigs.k8s.io/kwok/cmd/kwok@v${KWOK}`,
  programs: ['kwok'],
  expectedBuildMs: 90_000,
};

/** One binary that is all of the programs, told apart by the name it is started under: see kubernetes/main.go. */
export const kubernetesTool: BuiltTool = {
  name: 'kubernetes',
  version: KUBERNETES,
  programs: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
  expectedBuildMs: 240_000,
};

export const allTools: readonly BuiltTool[] = [natsTool, registryTool, kwokTool, kubernetesTool];

/** Oldest `major.minor` of a program on PATH that is used instead of building one. */
export const oldestUsable: Readonly<Record<string, string>> = {
  'nats-server': '2.11',
  registry: '3.0',
  kwok: '0.7',
  'kube-apiserver': '1.33',
};

/** Container images, used where there is a Docker engine and no Go. */
export const images = {
  nats: 'nats:2.12-alpine',
  registry: 'registry:3',
  k3s: 'rancher/k3s:v1.36.3-k3s1',
  kwok: `registry.k8s.io/kwok/kwok:v${KWOK}`,
} as const;
