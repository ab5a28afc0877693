import type { KubeObject } from '@tagstream/api-types';
import { workloadKinds } from '../../src/workload/workload-kind.ts';
import { viewWorkload, type WorkloadKey, type WorkloadView, workloadKey } from '../../src/workload/workload-view.ts';

const kindNamed = (kind: string) => {
  const found = workloadKinds.find(({ resource }) => resource.kind === kind);
  if (found === undefined) throw new Error(`no such kind: ${kind}`);
  return found;
};

export const deployments = kindNamed('Deployment');
export const cronJobs = kindNamed('CronJob');
export const webKey: WorkloadKey = workloadKey(deployments, 'shop', 'web');

/** A trigger annotation: field paths by the tag that they follow. */
export const triggers = (fields: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.entries(fields).map(([name, fieldPath]) => ({ from: { kind: 'ImageStreamTag', name }, fieldPath })),
  );

export const FIRST_IMAGE = 'spec.template.spec.containers[0].image';

interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly [more: string]: unknown;
}

/** A Deployment of one container that follows `web:latest`, unless said otherwise. */
export function deployment(
  containers: readonly Container[] = [{ name: 'web', image: 'none' }],
  annotation: string | undefined = triggers({ 'web:latest': FIRST_IMAGE }),
): KubeObject {
  const metadata = {
    name: 'web',
    namespace: 'shop',
    uid: 'uid-1',
    resourceVersion: '7',
    annotations: annotation === undefined ? {} : { 'image.openshift.io/triggers': annotation },
  };
  const spec = { replicas: 3, template: { spec: { containers } } };
  return { metadata, spec } as KubeObject;
}

export const viewOf = (object: KubeObject): WorkloadView | undefined => viewWorkload(object, deployments);
