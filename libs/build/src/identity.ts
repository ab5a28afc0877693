import { createHash } from 'node:crypto';
import type { Build, BuildConfig, BuildRunPolicy } from '@tagstream/api-types';
import { buildRunPolicies } from '@tagstream/api-types';
import { openshift, own } from './annotations.ts';

/** Hex digits that a label keeps of the hash of a request id: enough for no two to be equal by chance. */
const REQUEST_LABEL_LENGTH = 40;

/** OpenShift: the annotation names the BuildConfig of a Build; in its absence the labels do. */
export function configNameOf(build: Pick<Build, 'metadata'>): string | undefined {
  const { annotations, labels } = build.metadata;
  return (
    annotations?.[openshift.configName] ||
    labels?.[openshift.configName] ||
    labels?.[openshift.configLabel] ||
    undefined
  );
}

/** Number of a Build within its BuildConfig; undefined when the annotation is absent or no number. */
export function numberOf(build: Pick<Build, 'metadata'>): number | undefined {
  const text = build.metadata.annotations?.[openshift.number] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** OpenShift: a Build runs by the policy that it was made with; a changed BuildConfig concerns new Builds only. */
export function runPolicyOf(build: Pick<Build, 'metadata'>): BuildRunPolicy {
  const label = build.metadata.labels?.[openshift.runPolicy];
  return buildRunPolicies.find((policy) => policy === label) ?? 'Serial';
}

/** Whether the Build was made of this very BuildConfig, not of an earlier one of the same name. */
export function isBuildOf(build: Pick<Build, 'metadata'>, bc: BuildConfig): boolean {
  return (build.metadata.ownerReferences ?? []).some(
    ({ kind, uid }) => kind === 'BuildConfig' && uid === bc.metadata.uid,
  );
}

/** The label by which the Build of a request is found: any text is allowed as request id, but not as label. */
export function requestLabel(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex').slice(0, REQUEST_LABEL_LENGTH);
}

/** Whether the Build answers this request. */
export function answersRequest(build: Pick<Build, 'metadata'>, requestId: string): boolean {
  return build.metadata.annotations?.[own.requestId] === requestId;
}
