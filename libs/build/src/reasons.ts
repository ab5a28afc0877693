/** OpenShift: the reasons that `status.reason` of a Build can have. */
export const buildReasons = [
  'CannotCreateBuildPodSpec',
  'CannotCreateBuildPod',
  'InvalidOutputReference',
  'InvalidImageReference',
  'BuildPodDeleted',
  'MissingPushSecret',
  'PostCommitHookFailed',
  'PushImageToRegistryFailed',
  'PullBuilderImageFailed',
  'FetchSourceFailed',
  'FetchImageContentFailed',
  'ManageDockerfileFailed',
  'InvalidContextDirectory',
  'CancelledBuild',
  'DockerBuildFailed',
  'BuildPodExists',
  'NoBuildContainerStatus',
  'FailedContainer',
  'UnresolvableEnvironmentVariable',
  'GenericBuildFailed',
  'OutOfMemoryKilled',
  'CannotRetrieveServiceAccount',
  'BuildPodEvicted',
] as const;

/** One of {@link buildReasons}. */
export type BuildReason = (typeof buildReasons)[number];

/** OpenShift: what a cancelled Build says. */
export const cancelledByUser = {
  phase: 'Cancelled',
  reason: 'CancelledBuild',
  message: 'The build was cancelled by the user.',
} as const;
