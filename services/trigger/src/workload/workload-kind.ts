import { type Resource, resources } from '@tagstream/kube';

/** A kind of object whose containers can follow ImageStreamTags through the trigger annotation. */
export interface WorkloadKind {
  readonly resource: Resource;
  /** Where its pod spec is, as written in a `fieldPath`: `spec.template.spec`. */
  readonly base: string;
}

/** The kinds OpenShift serves by annotation. */
export const workloadKinds: readonly WorkloadKind[] = [
  { resource: resources.deployments, base: 'spec.template.spec' },
  { resource: resources.statefulSets, base: 'spec.template.spec' },
  { resource: resources.daemonSets, base: 'spec.template.spec' },
  { resource: resources.cronJobs, base: 'spec.jobTemplate.spec.template.spec' },
];
