import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, PodSpec } from '@tagstream/api-types';
import { findContainer, parseFieldPath, parseTriggers, TRIGGERS_ANNOTATION } from '@tagstream/image-stream';
import { type Refusal, refused } from './refusal.ts';
import { containerProblem, type ImageTriggerDefinition, type TriggerDefinition } from './trigger-definition.ts';

/** A workload whose image triggers stand in an annotation. */
export interface TriggeredWorkload extends KubeObject {
  readonly spec?: { readonly paused?: boolean };
}

/** The kinds whose annotation is read, and where each has its pod spec. */
export const podSpecPaths = {
  Deployment: 'spec.template.spec',
  StatefulSet: 'spec.template.spec',
  DaemonSet: 'spec.template.spec',
  CronJob: 'spec.jobTemplate.spec.template.spec',
} as const;

export type TriggeredKind = keyof typeof podSpecPaths;

/** The triggers of a workload. Entries that name no container of it are passed over, as `oc` does. */
export function workloadTriggers(kind: TriggeredKind, object: TriggeredWorkload): TriggerDefinition | Refusal {
  const parsed = parseTriggers(object.metadata.annotations?.[TRIGGERS_ANNOTATION]);
  if (parsed.kind === 'invalid') return refused('invalid', `annotation ${TRIGGERS_ANNOTATION}: ${parsed.reason}`);
  const podSpec = podSpecOf(kind, object);
  const images = parsed.triggers.flatMap(({ from, fieldPath, paused }): ImageTriggerDefinition[] => {
    const path = parseFieldPath(fieldPath, podSpecPaths[kind]);
    const place = path.kind === 'container' ? findContainer(podSpec, path.selector) : undefined;
    if (place === undefined) return [];
    const namespace = from.namespace === (object.metadata.namespace ?? '') ? '' : from.namespace;
    return [{ auto: !paused, from: from.name, namespace, containers: [place.name] }];
  });
  return { configChange: kind !== 'Deployment' || !object.spec?.paused, images };
}

/** What is to be merged into a workload for a definition. */
export type WorkloadTriggersWrite =
  | {
      readonly kind: 'write';
      readonly patch: {
        readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
        readonly spec?: { readonly paused: true | null };
      };
    }
  | { readonly kind: 'unchanged' }
  | Refusal;

/** The annotation for a definition and, for a Deployment, whether it is paused: that stands for no ConfigChange trigger. */
export function writeWorkloadTriggers(
  kind: TriggeredKind,
  object: TriggeredWorkload,
  definition: TriggerDefinition,
): WorkloadTriggersWrite {
  const { configChange, images } = definition;
  const podSpec = podSpecOf(kind, object);
  const lists = { containers: podSpec.containers ?? [], initContainers: podSpec.initContainers ?? [] };
  const names = [...lists.containers, ...lists.initContainers].map(({ name }) => name);
  const problem = containerProblem(images, names);
  if (problem !== undefined) return refused('invalid', problem);
  const all = images.flatMap(({ containers }) => containers);
  const twice = all.filter((name, index) => all.indexOf(name) !== index);
  if (twice.length > 0) {
    return refused('invalid', `only one trigger may reference each container: ${[...new Set(twice)].join(', ')}`);
  }
  if (isDeepStrictEqual(definition, workloadTriggers(kind, object))) return { kind: 'unchanged' };
  const paused = kind === 'Deployment' && configChange === Boolean(object.spec?.paused);
  return {
    kind: 'write',
    patch: {
      metadata: { annotations: { [TRIGGERS_ANNOTATION]: triggersAnnotation(podSpecPaths[kind], images) } },
      ...(paused && { spec: { paused: configChange ? null : true } }),
    },
  };
}

/**
 * The value of the annotation for image triggers. OpenShift writes `containers[…]` for init containers too, which are found
 * by their name all the same.
 *
 * @param base where the pod spec is: `spec.template.spec`
 */
export function triggersAnnotation(base: string, images: readonly ImageTriggerDefinition[]): string {
  const triggers = images.flatMap(({ auto, from, namespace, containers }) =>
    containers.map((name) => ({
      from: { kind: 'ImageStreamTag', name: from, ...(namespace && { namespace }) },
      fieldPath: `${base}.containers[?(@.name=="${name}")].image`,
      ...(!auto && { paused: true }),
    })),
  );
  return JSON.stringify(triggers);
}

function podSpecOf(kind: TriggeredKind, object: KubeObject): PodSpec {
  let value: unknown = object;
  for (const member of podSpecPaths[kind].split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[member] : undefined;
  }
  // The API server has validated the pod spec of every kind listed above.
  return (value ?? { containers: [] }) as PodSpec;
}
