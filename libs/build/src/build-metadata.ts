import type { BuildConfig, BuildRequest, ObjectMeta, OwnerReference } from '@tagstream/api-types';
import { openshift, own } from './annotations.ts';
import { requestLabel } from './identity.ts';
import { labelValue } from './names.ts';

/** OpenShift: labels and annotations of a request are added, and never replace those of the BuildConfig or its own. */
export function buildMarks(
  bc: BuildConfig,
  request: BuildRequest,
  facts: { readonly number: number; readonly runPolicy: string; readonly requestId: string | undefined },
): Required<Pick<ObjectMeta, 'labels' | 'annotations'>> {
  const { name, labels } = bc.metadata;
  const { number, runPolicy, requestId } = facts;
  return {
    labels: {
      ...request.metadata.labels,
      ...labels,
      [openshift.configLabel]: name,
      [openshift.configName]: labelValue(name),
      [openshift.runPolicy]: runPolicy,
      ...requestMarks(requestId).labels,
    },
    annotations: {
      ...request.metadata.annotations,
      [openshift.number]: String(number),
      [openshift.configName]: name,
      ...requestMarks(requestId).annotations,
    },
  };
}

/** What a Build keeps of the id of its request. */
export function requestMarks(requestId: string | undefined): Required<Pick<ObjectMeta, 'labels' | 'annotations'>> {
  if (requestId === undefined) return { labels: {}, annotations: {} };
  return { labels: { [own.requestId]: requestLabel(requestId) }, annotations: { [own.requestId]: requestId } };
}

/** OpenShift: Builds are collected with their BuildConfig. */
export function configOwner(bc: BuildConfig): OwnerReference {
  return {
    apiVersion: 'build.openshift.io/v1',
    kind: 'BuildConfig',
    name: bc.metadata.name,
    uid: bc.metadata.uid ?? '',
    controller: true,
  };
}
