import type { LifecycleHook, NormalDeploymentConfig, NormalStrategy, RecreateParams } from '@tagstream/api-types';

/** OpenShift's defaults; what says the same is not worth a line. */
const DEFAULT_PERIOD_SECONDS = 1;
const DEFAULT_ACTIVE_DEADLINE_SECONDS = 21_600;

/** The strategy as fields of the workload's spec, and what of it has no equivalent. */
export function convertedStrategy(
  dc: NormalDeploymentConfig,
  to: 'Deployment' | 'StatefulSet',
): { readonly fields: Readonly<Record<string, unknown>>; readonly lost: readonly string[] } {
  const { strategy } = dc.spec;
  return {
    fields: to === 'Deployment' ? deploymentFields(dc) : { updateStrategy: { type: 'RollingUpdate' } },
    lost: [
      ...lostOfType(strategy),
      ...hooksOf(strategy).map(lostHook),
      ...lostOfPods(strategy),
      ...lostOfSet(strategy, to),
    ],
  };
}

function deploymentFields({ spec }: NormalDeploymentConfig): Record<string, unknown> {
  const { strategy } = spec;
  switch (strategy.type) {
    case 'Rolling': {
      const { maxSurge, maxUnavailable, timeoutSeconds } = strategy.rollingParams;
      const rollingUpdate = { maxSurge, maxUnavailable };
      return { strategy: { type: 'RollingUpdate', rollingUpdate }, progressDeadlineSeconds: timeoutSeconds };
    }
    case 'Recreate': {
      const { timeoutSeconds } = strategy.rollingParams ?? strategy.recreateParams;
      return { strategy: { type: 'Recreate' }, progressDeadlineSeconds: timeoutSeconds };
    }
    case 'Custom':
      return {};
  }
}

function lostOfType(strategy: NormalStrategy): string[] {
  if (strategy.type === 'Custom') {
    return [`spec.strategy.customParams: deployments by image ${strategy.customParams?.image ?? '(none)'}`];
  }
  if (strategy.type !== 'Rolling') return [];
  const { updatePeriodSeconds, intervalSeconds } = strategy.rollingParams;
  const periods = { updatePeriodSeconds, intervalSeconds };
  return Object.entries(periods)
    .filter(([, seconds]) => seconds !== DEFAULT_PERIOD_SECONDS)
    .map(([field, seconds]) => `spec.strategy.rollingParams.${field}: ${seconds}`);
}

interface NamedHook {
  readonly path: string;
  readonly hook: LifecycleHook;
}

/** The hooks of the selected strategy only: the others never run. */
function hooksOf(strategy: NormalStrategy): NamedHook[] {
  if (strategy.type === 'Custom') return [];
  const field = strategy.type === 'Rolling' ? 'rollingParams' : 'recreateParams';
  const params: RecreateParams = strategy[field] ?? {};
  return (['pre', 'mid', 'post'] as const).flatMap((moment) => {
    const hook = params[moment];
    return hook ? [{ path: `spec.strategy.${field}.${moment}`, hook }] : [];
  });
}

function lostHook({ path, hook }: NamedHook): string {
  const { execNewPod, tagImages } = hook;
  const runs = execNewPod ? `runs ${execNewPod.command.join(' ')} in container ${execNewPod.containerName}` : '';
  const tags = tagImages?.map(({ containerName, to }) => `tags the image of ${containerName} as ${to.name}`).join(', ');
  return `${path}: lifecycle hook that ${runs || tags || 'does nothing'}`;
}

/** What is about deployer and hook pods. */
function lostOfPods({ resources, labels, annotations, activeDeadlineSeconds }: NormalStrategy): string[] {
  const forPods = { resources, labels, annotations };
  return [
    ...Object.entries(forPods)
      .filter(([, value]) => Object.keys(value).length > 0)
      .map(([field]) => `spec.strategy.${field}: it is about deployer and hook pods`),
    ...(activeDeadlineSeconds === DEFAULT_ACTIVE_DEADLINE_SECONDS
      ? []
      : [`spec.strategy.activeDeadlineSeconds: ${activeDeadlineSeconds}`]),
  ];
}

function lostOfSet(strategy: NormalStrategy, to: 'Deployment' | 'StatefulSet'): string[] {
  if (to === 'Deployment') return [];
  if (strategy.type === 'Recreate') return ['spec.strategy.type Recreate: a StatefulSet replaces its pods one by one'];
  if (strategy.type !== 'Rolling') return [];
  const { maxSurge, maxUnavailable, timeoutSeconds } = strategy.rollingParams;
  return [
    `spec.strategy.rollingParams: a StatefulSet replaces its pods one by one, not with maxSurge ${maxSurge} and ` +
      `maxUnavailable ${maxUnavailable}, and knows no timeout (${timeoutSeconds} seconds)`,
  ];
}
