import {
  type Build,
  type BuildConfig,
  type BuildRequest,
  normalizeBuildConfig,
  validateBuildConfig,
} from '@tagstream/api-types';
import { openshift, own } from './annotations.ts';
import { BuildError } from './build-error.ts';
import { resolvedSource, resolvedStrategy } from './build-inputs.ts';
import { buildMarks, configOwner } from './build-metadata.ts';
import { withRequestOptions } from './build-options.ts';
import { manualCause } from './causes.ts';
import { imageTriggerStatus } from './image-trigger-status.ts';
import { buildName } from './names.ts';
import type { ImageResolver } from './resolve-image.ts';

/** What a Build is made of besides BuildConfig and request. */
export interface InstantiateContext {
  readonly resolve: ImageResolver;
  readonly now: Date;
  /** Of two requests with the same id only one leads to a Build. */
  readonly requestId?: string | undefined;
}

/**
 * The Build that a request makes of a BuildConfig; its number is one more than `status.lastVersion`. An annotation of it says
 * what `status.imageChangeTriggers` of the BuildConfig becomes.
 * @throws BuildError any code but `not_found`, `name_taken` and `contended`
 */
export function instantiate(config: BuildConfig, request: BuildRequest, context: InstantiateContext): Build {
  refusePaused(config);
  refuseOtherVersion(config, request);
  refuseInvalid(config);

  const bc = normalizeBuildConfig(config);
  const { spec } = bc;
  const { resolve, requestId } = context;
  const triggers = imageTriggerStatus(bc, request, resolve, context.now.toISOString());
  const strategy = withRequestOptions(resolvedStrategy(bc, resolve), request, configId(bc));
  const number = (bc.status?.lastVersion ?? 0) + 1;
  const marks = buildMarks(bc, request, { number, runPolicy: spec.runPolicy, requestId });
  if (triggers.length > 0) marks.annotations[own.imageTriggers] = JSON.stringify(triggers);
  const { output, resources, postCommit, completionDeadlineSeconds, nodeSelector, mountTrustedCA } = spec;
  return {
    apiVersion: 'build.openshift.io/v1',
    kind: 'Build',
    metadata: {
      name: buildName(bc.metadata.name, number),
      namespace: bc.metadata.namespace ?? '',
      ...marks,
      ownerReferences: [configOwner(bc)],
    },
    spec: {
      ...withoutAbsent({ output, resources, postCommit, completionDeadlineSeconds, nodeSelector, mountTrustedCA }),
      serviceAccount: spec.serviceAccount,
      source: resolvedSource(bc, request.binary, triggers, resolve),
      strategy,
      ...(request.revision && { revision: { ...request.revision, type: 'Git' } }),
      triggeredBy: request.triggeredBy?.length ? request.triggeredBy : [manualCause],
    },
  };
}

/** OpenShift: an annotation of the BuildConfig refuses new Builds. */
export function isPaused(bc: BuildConfig): boolean {
  return bc.metadata.annotations?.[openshift.paused]?.toLowerCase() === 'true';
}

/** @throws BuildError `paused` */
export function refusePaused(bc: BuildConfig): void {
  if (!isPaused(bc)) return;
  throw new BuildError('paused', `can't instantiate from BuildConfig ${configId(bc)}: BuildConfig is paused`);
}

function refuseOtherVersion(bc: BuildConfig, { lastVersion }: BuildRequest): void {
  const actual = bc.status?.lastVersion ?? 0;
  if (lastVersion == null || lastVersion === actual) return;
  throw new BuildError(
    'version_mismatch',
    `the LastVersion(${actual}) on build config ${configId(bc)} does not match the build request LastVersion(${lastVersion})`,
  );
}

function refuseInvalid(bc: BuildConfig): void {
  const problems = validateBuildConfig(bc);
  if (problems.length === 0) return;
  const text = problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new BuildError('invalid_config', `BuildConfig ${configId(bc)} is invalid: ${text}`, {
    field: problems[0]!.field,
  });
}

const configId = (bc: BuildConfig): string => `${bc.metadata.namespace}/${bc.metadata.name}`;

function withoutAbsent<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Partial<T>;
}
