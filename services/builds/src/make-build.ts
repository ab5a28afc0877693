import type { BuildRequest, NormalBuildConfig } from '@tagstream/api-types';
import { BuildError, instantiateBuild } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import type { StepDeps } from './deps.ts';

/** OpenShift: the words in which a Build that could not be made is reported on its BuildConfig. */
const REPORT = {
  'config-change': { reason: 'BuildConfigInstantiateFailed', beginning: 'error instantiating Build from BuildConfig' },
  'image-change': { reason: 'BuildConfigTriggerFailed', beginning: 'error triggering Build for BuildConfig' },
} as const;

/** What another replica was faster at, or nobody wants any more. */
const OVERTAKEN: ReadonlySet<string> = new Set(['version_mismatch', 'already_triggered', 'not_found']);

/**
 * Makes the Build that a trigger asks for. What keeps it from being made is reported on the BuildConfig; a change of the
 * BuildConfig or of the streams that it needs brings the next attempt.
 * @throws BuildError, KubeError when the same may succeed a little later
 */
export async function makeBuild(
  deps: StepDeps,
  bc: NormalBuildConfig,
  cause: keyof typeof REPORT,
  request: BuildRequest,
): Promise<void> {
  const { namespace = '', name } = bc.metadata;
  const config = `${namespace}/${name}`;
  try {
    const build = await instantiateBuild(deps.kube, request, { namespace, clock: deps.clock });
    deps.telemetry.created(cause, { config, build: build.metadata.name });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    if (OVERTAKEN.has(error.code)) {
      deps.telemetry.overtaken(cause, { config });
      return;
    }
    deps.telemetry.refused(cause, error.code, { config, err: error });
    const { reason, beginning } = REPORT[cause];
    deps.recordEvent(resources.buildConfigs, bc, {
      type: 'Warning',
      reason,
      message: `${beginning} ${config}: ${error.message}`,
    });
    if (error.retryable && error.code !== 'unresolved_image') throw error;
  }
}
