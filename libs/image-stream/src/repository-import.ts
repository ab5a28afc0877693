import type { ImageStream, RepositoryTags } from '@tagstream/api-types';

/** Annotation that says when the whole repository was imported; any text in it counts as "already done". */
export const REPOSITORY_CHECK_ANNOTATION = 'openshift.io/image.dockerRepositoryCheck';

/** Annotation that allows plain HTTP and unverified certificates when `"true"`. For whole-repository imports only. */
export const INSECURE_REPOSITORY_ANNOTATION = 'openshift.io/image.insecureRepository';

/** A repository whose tags are to be listed. */
export interface RepositoryWish {
  /** As written in the spec. */
  readonly repository: string;
  readonly insecure: boolean;
}

/**
 * The repository whose tags are all to be imported: `spec.dockerImageRepository`, once, and never again on a schedule. OpenShift
 * records in the check annotation that it was done; here the status does (see `status.repositories`), and the annotation
 * is only respected: a manifest that brings it along is not imported before somebody asks.
 *
 * @param request value of the annotation by which the stream asks for a check now; a new one asks for another import
 */
export function repositoryToImport(stream: ImageStream, request = ''): RepositoryWish | undefined {
  const repository = stream.spec?.dockerImageRepository;
  if (!repository) return undefined;
  const annotations = stream.metadata.annotations ?? {};
  const listed = listedRepository(stream, repository);
  const isDone = listed !== undefined || Boolean(annotations[REPOSITORY_CHECK_ANNOTATION]);
  if (isDone && (request === '' || request === (listed?.request ?? ''))) return undefined;
  return { repository, insecure: isInsecureRepository(stream) };
}

/** What the status says of a repository; undefined before it was listed. */
export function listedRepository(stream: ImageStream, repository: string): RepositoryTags | undefined {
  return stream.status?.repositories?.find((candidate) => candidate.repository === repository);
}

/** Whether the stream's repositories are asked over plain HTTP too, and without verifying certificates. */
export function isInsecureRepository(stream: ImageStream): boolean {
  return stream.metadata.annotations?.[INSECURE_REPOSITORY_ANNOTATION] === 'true';
}
