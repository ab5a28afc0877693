import type { BuildReason } from '@tagstream/build';

/** Why a build that ran here ended without an image, as OpenShift names it in `status.reason`. */
export type FailureReason = Extract<
  BuildReason,
  | 'FetchSourceFailed'
  | 'InvalidContextDirectory'
  | 'FetchImageContentFailed'
  | 'ManageDockerfileFailed'
  | 'PullBuilderImageFailed'
  | 'DockerBuildFailed'
  | 'PostCommitHookFailed'
  | 'PushImageToRegistryFailed'
  | 'MissingPushSecret'
  | 'InvalidOutputReference'
  | 'InvalidImageReference'
  | 'UnresolvableEnvironmentVariable'
  | 'OutOfMemoryKilled'
  | 'BuildPodEvicted'
  | 'BuildPodDeleted'
  | 'CannotCreateBuildPod'
  | 'NoBuildContainerStatus'
  | 'GenericBuildFailed'
>;

/** OpenShift: `status.message` for each reason. */
export const failureMessages: Readonly<Record<FailureReason, string>> = {
  FetchSourceFailed: 'Failed to fetch the input source.',
  InvalidContextDirectory: 'The supplied context directory does not exist.',
  FetchImageContentFailed: 'Failed to extract image content.',
  ManageDockerfileFailed: 'Failed to process the Dockerfile.',
  PullBuilderImageFailed: 'Failed pulling builder image.',
  DockerBuildFailed: 'Docker build strategy has failed.',
  PostCommitHookFailed: 'Build failed because of post commit hook.',
  PushImageToRegistryFailed: 'Failed to push the image to the registry.',
  MissingPushSecret: 'Missing push secret.',
  InvalidOutputReference: 'Output image could not be resolved.',
  InvalidImageReference: 'Referenced image could not be resolved.',
  UnresolvableEnvironmentVariable: 'Unable to resolve build environment variable reference.',
  OutOfMemoryKilled: 'The build pod was killed due to an out of memory condition.',
  BuildPodEvicted: 'The build pod was evicted.',
  BuildPodDeleted: 'The pod for this build was deleted before the build completed.',
  CannotCreateBuildPod: 'Failed creating build pod.',
  NoBuildContainerStatus: 'The pod for this build has no container statuses indicating success or failure.',
  GenericBuildFailed: 'Generic Build failure - check logs for details.',
};

/** OpenShift: these end a build in phase Error, since its own content is not to blame; all others in phase Failed. */
const ERRORS: ReadonlySet<FailureReason> = new Set([
  'UnresolvableEnvironmentVariable',
  'BuildPodDeleted',
  'CannotCreateBuildPod',
  'NoBuildContainerStatus',
]);

/** The phase that a reason leads to. */
export function phaseOfFailure(reason: FailureReason): 'Failed' | 'Error' {
  return ERRORS.has(reason) ? 'Error' : 'Failed';
}

/**
 * A build cannot be brought to its end, and trying again would not help. Its message is for the log of the build; the
 * `status.message` is that of the reason, unless `statusMessage` says more.
 */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
  readonly code: FailureReason;
  readonly retryable = false;
  readonly statusMessage: string;

  constructor(code: FailureReason, message: string, options: ErrorOptions & { readonly statusMessage?: string } = {}) {
    super(message, options);
    this.code = code;
    this.statusMessage = options.statusMessage ?? failureMessages[code];
  }
}
