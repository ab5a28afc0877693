import type {
  DeploymentConfig,
  DeploymentStrategy,
  DeploymentTrigger,
  ImageChangeParams,
  LifecycleHook,
} from './deployment-config.ts';
import {
  DEFAULT_ACTIVE_DEADLINE_SECONDS,
  DEFAULT_REVISION_HISTORY_LIMIT,
  defaultRecreateParams,
  defaultRollingParams,
} from './deployment-config-defaults.ts';
import type {
  NormalDeploymentConfig,
  NormalImageChangeParams,
  NormalStrategy,
  NormalTrigger,
} from './deployment-config-normal.ts';
import type { PodTemplateSpec } from './pod-template.ts';

/** Kinds of early OpenShift versions, which named a stream and meant its tag `latest`. */
const STREAM_KINDS = ['ImageStream', 'ImageRepository'];

/**
 * Applies the defaults that OpenShift's API server applies to a DeploymentConfig and that a custom resource definition
 * cannot. The argument is not touched; applying it twice is the same as once. Wrong values pass: `validateDeploymentConfig`
 * reports them.
 */
export function normalizeDeploymentConfig(dc: DeploymentConfig): NormalDeploymentConfig {
  const { spec } = dc;
  const template = spec.template ?? {};
  const selector = spec.selector ?? {};
  return {
    ...dc,
    spec: {
      ...spec,
      strategy: normalStrategy(spec.strategy ?? {}, onlyContainer(template)),
      minReadySeconds: spec.minReadySeconds ?? 0,
      triggers: (spec.triggers ?? [{ type: 'ConfigChange' }]).map((t) => normalTrigger(t, dc.metadata.namespace ?? '')),
      replicas: spec.replicas ?? 0,
      revisionHistoryLimit:
        spec.revisionHistoryLimit === undefined ? DEFAULT_REVISION_HISTORY_LIMIT : spec.revisionHistoryLimit,
      test: spec.test ?? false,
      paused: spec.paused ?? false,
      selector: Object.keys(selector).length > 0 ? selector : { ...template.metadata?.labels },
      template,
    },
  };
}

function normalStrategy(strategy: DeploymentStrategy, container: string | undefined): NormalStrategy {
  // An unknown type stays as it is, for validation to report.
  const type = strategy.type || 'Rolling';
  const rolling = strategy.rollingParams ?? (type === 'Rolling' ? {} : null);
  const recreate = strategy.recreateParams ?? (type === 'Recreate' ? {} : null);
  const hook = (name: 'pre' | 'mid' | 'post', value: LifecycleHook | null | undefined) =>
    value == null ? {} : { [name]: normalHook(value, container) };
  return {
    ...strategy,
    type,
    rollingParams: rolling && {
      ...defaultRollingParams(rolling),
      ...hook('pre', rolling.pre),
      ...hook('post', rolling.post),
    },
    recreateParams: recreate && {
      ...defaultRecreateParams(recreate),
      ...hook('pre', recreate.pre),
      ...hook('mid', recreate.mid),
      ...hook('post', recreate.post),
    },
    customParams: strategy.customParams ?? null,
    resources: strategy.resources ?? {},
    labels: strategy.labels ?? {},
    annotations: strategy.annotations ?? {},
    activeDeadlineSeconds: strategy.activeDeadlineSeconds ?? DEFAULT_ACTIVE_DEADLINE_SECONDS,
  } as NormalStrategy; // the two conditions above give the selected type its parameters
}

/** OpenShift: with exactly one container in the template, hooks need not name it. */
function normalHook(hook: LifecycleHook, container: string | undefined): LifecycleHook {
  if (container === undefined) return hook;
  return {
    ...hook,
    ...(hook.execNewPod && {
      execNewPod: { ...hook.execNewPod, containerName: hook.execNewPod.containerName || container },
    }),
    ...(hook.tagImages && {
      tagImages: hook.tagImages.map((image) => ({ ...image, containerName: image.containerName || container })),
    }),
  };
}

function onlyContainer(template: PodTemplateSpec): string | undefined {
  const containers = template.spec?.containers ?? [];
  return containers.length === 1 ? containers[0]!.name : undefined;
}

function normalTrigger({ imageChangeParams, ...trigger }: DeploymentTrigger, namespace: string): NormalTrigger {
  if (imageChangeParams == null) return trigger;
  return { ...trigger, imageChangeParams: normalImageChange(imageChangeParams, namespace) };
}

function normalImageChange(params: ImageChangeParams, namespace: string): NormalImageChangeParams {
  const from = params.from ?? {};
  const name = from.name ?? '';
  const oldKind = STREAM_KINDS.includes(from.kind ?? '');
  return {
    ...params,
    automatic: params.automatic ?? false,
    containerNames: params.containerNames ?? [],
    from: {
      ...from,
      kind: oldKind ? 'ImageStreamTag' : from.kind || 'ImageStreamTag',
      namespace: from.namespace || namespace,
      name: oldKind && name !== '' && !name.includes(':') ? `${name}:latest` : name,
    },
    lastTriggeredImage: params.lastTriggeredImage ?? '',
  };
}
