import type { ImageStream } from '@tagstream/api-types';

/** Annotation that says when the whole repository was imported; any text in it counts as "already done". */
export const REPOSITORY_CHECK_ANNOTATION = 'openshift.io/image.dockerRepositoryCheck';

/** Annotation that allows plain HTTP and unverified certificates when `"true"`. For whole-repository imports only. */
export const INSECURE_REPOSITORY_ANNOTATION = 'openshift.io/image.insecureRepository';

/**
 * The repository whose tags are all to be imported: `spec.dockerImageRepository`, once, while the check annotation is absent
 * or empty. It is never repeated on a schedule.
 */
export function repositoryToImport(
  stream: ImageStream,
): { readonly repository: string; readonly insecure: boolean } | undefined {
  const repository = stream.spec?.dockerImageRepository;
  const annotations = stream.metadata.annotations ?? {};
  if (!repository || annotations[REPOSITORY_CHECK_ANNOTATION]) return undefined;
  return { repository, insecure: annotations[INSECURE_REPOSITORY_ANNOTATION] === 'true' };
}
