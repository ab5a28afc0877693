import { type Resource, resources } from '@tagstream/kube';

/** A kind of object whose containers can follow ImageStreamTags through the trigger annotation. */
export interface WorkloadKind {
  readonly resource: Resource;
  /** Where its pod spec is, as written in a `fieldPath`: `spec.template.spec`. */
  readonly base: string;
  /** Objects that another object controls are that one's to write, and those whose work is over are nobody's. */
  readonly independentOnly?: true;
}

const TEMPLATE = 'spec.template.spec';

/**
 * The kinds OpenShift serves by annotation, and those besides that Kubernetes itself runs pods of. The image of a pod can be written;
 * that of a Job only as far as the API server lets it, which tells the owner otherwise.
 */
export const workloadKinds: readonly WorkloadKind[] = [
  { resource: resources.deployments, base: TEMPLATE },
  { resource: resources.statefulSets, base: TEMPLATE },
  { resource: resources.daemonSets, base: TEMPLATE },
  { resource: resources.cronJobs, base: 'spec.jobTemplate.spec.template.spec' },
  { resource: resources.replicaSets, base: TEMPLATE, independentOnly: true },
  { resource: resources.replicationControllers, base: TEMPLATE, independentOnly: true },
  { resource: resources.jobs, base: TEMPLATE, independentOnly: true },
  { resource: resources.pods, base: 'spec', independentOnly: true },
];

/** Names a kind in maps: `deployments.apps`; `pods.` in the core group. */
export const kindId = ({ resource: { plural, group } }: WorkloadKind): string => `${plural}.${group}`;
