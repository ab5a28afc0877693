import type { ServerSpec } from '../server-process.ts';

/** The parts of a control plane, in the order in which they are started. */
export type ControlPlanePart = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

/** The processes that make up a control plane, and where it is then found. */
export interface ControlPlanePlan {
  /** In the order in which they are started. */
  readonly specs: readonly ServerSpec[];
  /** Name of the process that is each part; several parts may be one process. */
  readonly processOf: Readonly<Record<ControlPlanePart, string>>;
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of a program that is kubectl of the same version. */
  readonly kubectl: string;
}

/** What a plan is made of. */
export interface PlanOptions {
  readonly dir: string;
  /** Three free ports; the last is the API server's. */
  readonly ports: readonly number[];
  /** Requests per second that controller-manager and scheduler may send. */
  readonly qps: number;
}
