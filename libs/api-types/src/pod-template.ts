/** The parts of a pod template that the rules look into; everything else passes through untouched. */
export interface PodTemplateSpec {
  metadata?: {
    labels?: Record<string, string> | null;
    annotations?: Record<string, string> | null;
    [field: string]: unknown;
  } | null;
  spec?: PodSpec | null;
  [field: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[] | null;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[] | null;
  volumeMounts?: { name: string; [field: string]: unknown }[] | null;
  imagePullPolicy?: string;
  [field: string]: unknown;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: unknown;
}
