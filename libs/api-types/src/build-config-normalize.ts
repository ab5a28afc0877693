import type {
  BuildConfig,
  BuildRunPolicy,
  BuildTriggerPolicy,
  WebHookTrigger,
  WebHookTriggerType,
} from './build-config.ts';
import type {
  NormalBuildConfig,
  NormalBuildStrategy,
  NormalBuildTrigger,
  NormalWebHookTrigger,
} from './build-config-normal.ts';
import { normalBuildOutput, normalBuildSource, normalBuildStrategy } from './build-defaults.ts';
import type { ObjectReference } from './meta.ts';

/** OpenShift: finished builds that are kept of each class when the BuildConfig does not say. */
export const DEFAULT_BUILDS_HISTORY_LIMIT = 5;

/** OpenShift: the service account that builds run as. */
const DEFAULT_BUILD_ACCOUNT = 'builder';

/** Spellings of early OpenShift versions. */
const LEGACY_TYPES: Readonly<Record<string, string>> = {
  github: 'GitHub',
  generic: 'Generic',
  imageChange: 'ImageChange',
};

/** The run policies, as `spec.runPolicy` and the label on a Build name them. */
export const buildRunPolicies: readonly BuildRunPolicy[] = ['Parallel', 'Serial', 'SerialLatestOnly'];

/**
 * Applies the defaults and conversions that OpenShift's API server applies to a BuildConfig and that a custom resource
 * definition cannot. The argument is not touched. Wrong values pass: `validateBuildConfig` reports them; an unknown run policy
 * counts as Serial.
 */
export function normalizeBuildConfig(bc: BuildConfig): NormalBuildConfig {
  const { spec } = bc;
  const strategy = normalBuildStrategy(spec.strategy);
  const namespace = bc.metadata.namespace ?? '';
  const limit = (value: number | null | undefined) => (value === undefined ? DEFAULT_BUILDS_HISTORY_LIMIT : value);
  return {
    ...bc,
    spec: {
      ...spec,
      strategy,
      source: normalBuildSource(spec.source ?? {}),
      output: normalBuildOutput(spec.output ?? {}),
      serviceAccount: spec.serviceAccount || DEFAULT_BUILD_ACCOUNT,
      runPolicy: buildRunPolicies.find((policy) => policy === spec.runPolicy) ?? 'Serial',
      triggers: (spec.triggers ?? []).flatMap((trigger, index) => normalTrigger(trigger, index, strategy, namespace)),
      successfulBuildsHistoryLimit: limit(spec.successfulBuildsHistoryLimit),
      failedBuildsHistoryLimit: limit(spec.failedBuildsHistoryLimit),
    },
  };
}

/** The image that a strategy starts from, if it names one. */
export function strategyFrom(strategy: NormalBuildStrategy): ObjectReference | undefined {
  switch (strategy.type) {
    case 'Docker':
      return strategy.dockerStrategy.from ?? undefined;
    case 'Source':
      return strategy.sourceStrategy.from;
    case 'Custom':
      return strategy.customStrategy.from;
    default:
      return undefined;
  }
}

function normalTrigger(
  trigger: BuildTriggerPolicy,
  index: number,
  strategy: NormalBuildStrategy,
  namespace: string,
): NormalBuildTrigger[] {
  const type = LEGACY_TYPES[trigger.type] ?? trigger.type;
  switch (type) {
    case 'ConfigChange':
      return [{ type, index }];
    case 'GitHub':
      return [webHook(type, index, trigger.github)];
    case 'GitLab':
      return [webHook(type, index, trigger.gitlab)];
    case 'Bitbucket':
      return [webHook(type, index, trigger.bitbucket)];
    case 'Generic':
      return [webHook(type, index, trigger.generic)];
    case 'ImageChange': {
      const own = trigger.imageChange?.from ?? undefined;
      const from = own ?? strategyFrom(strategy);
      if (from === undefined || (own === undefined && from.kind !== 'ImageStreamTag')) return [];
      return [
        {
          type,
          index,
          from: { ...from, kind: from.kind ?? '', namespace: from.namespace || namespace, name: from.name ?? '' },
          hasOwnFrom: own !== undefined,
          paused: trigger.imageChange?.paused ?? false,
          lastTriggeredImageID: trigger.imageChange?.lastTriggeredImageID ?? '',
        },
      ];
    }
    default:
      return [];
  }
}

function webHook(
  type: WebHookTriggerType,
  index: number,
  body: WebHookTrigger | null | undefined,
): NormalWebHookTrigger {
  return {
    type,
    index,
    hasBody: body != null,
    secret: body?.secret ?? '',
    secretName: body?.secretReference?.name ?? '',
    hasReference: body?.secretReference != null,
    allowEnv: body?.allowEnv ?? false,
  };
}
