import type { KubeObject, NormalDeploymentConfig, PodTemplateSpec } from '@tagstream/api-types';
import { TRIGGERS_ANNOTATION } from '@tagstream/image-stream';
import { configTriggers } from './config-triggers.ts';
import { convertedStrategy } from './convert-strategy.ts';
import { convertedImageTriggers } from './convert-triggers.ts';
import { triggersAnnotation } from './workload-triggers.ts';

/** What a DeploymentConfig is to become. */
export interface ConvertOptions {
  readonly to: 'Deployment' | 'StatefulSet';
  /** Of a StatefulSet: the Service that names its pods. */
  readonly serviceName: string;
}

/** An equivalent workload, and in sentences what it does not do as the DeploymentConfig did. */
export interface Converted {
  readonly object: KubeObject & { readonly spec: Readonly<Record<string, unknown>> };
  /** Parts of the DeploymentConfig without equivalent. */
  readonly lost: readonly string[];
  /** What works in another way, and what is to be done about it. */
  readonly different: readonly string[];
}

/** Deployments and StatefulSets always prune; this many versions are as good as all. */
const KEEP_ALL = 2_147_483_647;

/** Annotations that belong to the object converted, not to what comes of it. */
const OWN_ANNOTATIONS: readonly string[] = ['kubectl.kubernetes.io/last-applied-configuration'];

const BASE = 'spec.template.spec';

/**
 * The Deployment or StatefulSet that does what the DeploymentConfig does, with its image triggers as the annotation that
 * Tagstream and OpenShift read.
 */
export function convertConfig(dc: NormalDeploymentConfig, options: ConvertOptions): Converted {
  const { name, namespace, labels } = dc.metadata;
  const triggers = convertedImageTriggers(dc);
  const strategy = convertedStrategy(dc, options.to);
  const annotations = {
    ...ownAnnotations(dc),
    ...(triggers.images.length > 0 && { [TRIGGERS_ANNOTATION]: triggersAnnotation(BASE, triggers.images) }),
  };
  return {
    object: {
      apiVersion: 'apps/v1',
      kind: options.to,
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        ...(labels && { labels }),
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      spec: {
        ...(options.to === 'StatefulSet' && { serviceName: options.serviceName }),
        replicas: dc.spec.replicas,
        revisionHistoryLimit: dc.spec.revisionHistoryLimit ?? KEEP_ALL,
        ...(dc.spec.minReadySeconds > 0 && { minReadySeconds: dc.spec.minReadySeconds }),
        ...(dc.spec.paused && options.to === 'Deployment' && { paused: true }),
        selector: { matchLabels: dc.spec.selector },
        ...strategy.fields,
        template: templateOf(dc.spec.template),
      },
    },
    lost: [...triggers.lost, ...strategy.lost, ...lostFields(dc, options)],
    different: [...triggers.different, ...differences(dc, options)],
  };
}

function lostFields({ spec, status }: NormalDeploymentConfig, { to }: ConvertOptions): string[] {
  const versions = status?.latestVersion ?? 0;
  return [
    ...(spec.test ? ['spec.test: a test configuration that runs no pods between rollouts'] : []),
    ...(spec.paused && to === 'StatefulSet' ? ['spec.paused: a StatefulSet cannot be paused'] : []),
    ...(versions > 0 ? [`status: the history of ${versions} ${versions === 1 ? 'rollout' : 'rollouts'}`] : []),
  ];
}

function differences(dc: NormalDeploymentConfig, { to }: ConvertOptions): string[] {
  const { name } = dc.metadata;
  const { configChange, images } = configTriggers(dc);
  const target = `${to.toLowerCase()}/${name}`;
  return [
    ...(configChange
      ? []
      : [
          `No ConfigChange trigger: a ${to} rolls out every change of its template at once${onlyByHand(images.length, to)}`,
        ]),
    ...(dc.spec.revisionHistoryLimit === null
      ? [`revisionHistoryLimit null keeps all versions; a ${to} keeps at most as many as its limit says`]
      : []),
    'A failed rollout is not undone: the last good version comes back only when somebody asks for it',
    `Pods do not have the labels deploymentconfig=${name} and deployment: Services and policies that select them must change`,
    `What names dc/${name} (HorizontalPodAutoscalers, scripts) must name ${target}`,
    `Delete dc/${name} once ${target} serves: until then both run pods with the labels of the selector`,
  ];
}

function onlyByHand(images: number, to: ConvertOptions['to']): string {
  if (images > 0) return '';
  return to === 'Deployment' ? '; pause it to roll out by hand only' : '';
}

function ownAnnotations({ metadata }: NormalDeploymentConfig): Record<string, string> {
  const kept = Object.entries(metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.includes(key));
  return Object.fromEntries(kept);
}

/** As written, without the `creationTimestamp: null` that exported manifests carry; a blank image stays blank but valid. */
function templateOf({ metadata, spec, ...rest }: PodTemplateSpec): PodTemplateSpec {
  const { creationTimestamp: _, ...kept } = metadata ?? {};
  const containers = spec?.containers.map((container) => ({ ...container, image: container.image?.trim() || ' ' }));
  return { ...rest, metadata: kept, ...(spec && { spec: { ...spec, containers: containers ?? [] } }) };
}
