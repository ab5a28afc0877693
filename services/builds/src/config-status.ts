import type { BuildConfigStatus } from '@tagstream/api-types';
import { sourceSummary } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import type { StepDeps } from './deps.ts';
import { tryWrite } from './try-write.ts';
import type { ConfigView } from './views.ts';

type Condition = NonNullable<BuildConfigStatus['conditions']>[number];

/** Says in the status of a BuildConfig whether it is valid, and what the columns of `kubectl get` show. */
export async function writeConfigStatus(deps: StepDeps, view: ConfigView): Promise<void> {
  const { stored, problems } = view;
  const before = stored.status?.conditions?.find(({ type }) => type === 'Valid');
  const wanted = condition(problems);
  const summary = sourceSummary(view.bc.spec);
  const isValidSame = before?.status === wanted.status && (before.message ?? '') === wanted.message;
  if (isValidSame && stored.status?.sourceSummary === summary) return;

  const isTransition = before?.status !== wanted.status;
  const lastTransitionTime = isTransition ? new Date(deps.clock.now()).toISOString() : before.lastTransitionTime;
  const { namespace = '', name, resourceVersion } = stored.metadata;
  const status = { sourceSummary: summary, conditions: [{ ...wanted, lastTransitionTime }] };
  const written = await tryWrite(deps.telemetry, 'config-status', stored, () =>
    deps.kube.mergePatch(
      { resource: resources.buildConfigs, namespace, name },
      { metadata: { resourceVersion }, status },
      { subresource: 'status' },
    ),
  );
  if (written === 'done' && problems.length > 0 && !isValidSame) {
    deps.recordEvent(resources.buildConfigs, stored, {
      type: 'Warning',
      reason: 'InvalidBuildConfig',
      message: wanted.message,
    });
  }
}

function condition(problems: readonly string[]): Condition & { message: string } {
  return problems.length === 0
    ? { type: 'Valid', status: 'True', reason: 'Accepted', message: '' }
    : { type: 'Valid', status: 'False', reason: 'Invalid', message: problems.join('; ') };
}
