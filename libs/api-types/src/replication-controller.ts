import type { KubeObject } from './meta.ts';
import type { PodTemplateSpec } from './pod-template.ts';

/** Kubernetes' own `v1` ReplicationController, as far as rollouts use it. */
export interface ReplicationController extends KubeObject {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    selector?: Record<string, string>;
    template?: PodTemplateSpec;
  };
  status?: {
    replicas?: number;
    fullyLabeledReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    observedGeneration?: number;
  };
}
