import type { KubeErrorCode } from './kube-error.ts';

/** What one request was and took, for metrics. Every field but `durationMs` has few values. */
export interface RequestMetrics {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'apply' | 'replace' | 'delete' | 'request';
  /** Plural of the resource, `other` for plain requests. */
  readonly resource: string;
  /** HTTP status, 0 without an answer. */
  readonly status: number;
  /** Why it failed; absent when it did not. */
  readonly code?: KubeErrorCode | 'aborted';
  /** Until the whole answer was read; for a watch, until it was accepted. */
  readonly durationMs: number;
}

export interface ConnectOptions {
  /** Path of a kubeconfig file. Goes before everything in the environment. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig, its `current-context` by default. */
  readonly context?: string;
  /**
   * Environment to find the cluster with (KUBECONFIG, KUBERNETES_SERVICE_HOST, HOME) and to start credential plugins in;
   * the process's own by default.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `tagstream-trigger/1.2.3`: who we are in the audit log and, by its first part, as field manager. */
  readonly userAgent: string;
  /** Requests in flight at a time, 16 by default. Watches do not count. */
  readonly maxConnections?: number;
  /** How long a request may take in all, in milliseconds, 30,000 by default. */
  readonly requestTimeoutMs?: number;
  /** Told about every request once it is over. What it throws is ignored. */
  readonly onRequest?: (metrics: RequestMetrics) => void;
}
