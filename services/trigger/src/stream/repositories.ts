import type { ImageStream } from '@tagstream/api-types';
import { type IntegratedRegistry, statusRepositories } from '@tagstream/image-stream';

/** True when the status shows the repositories that it should. */
export function hasRepositories(stream: ImageStream, registry: IntegratedRegistry): boolean {
  const wanted = statusRepositories(stream, registry);
  return (
    (stream.status?.dockerImageRepository ?? '') === wanted.dockerImageRepository &&
    stream.status?.publicDockerImageRepository === wanted.publicDockerImageRepository
  );
}

/** The repositories as a merge patch of the status; `null` removes what the status should no longer show. */
export function repositoriesPatch(stream: ImageStream, registry: IntegratedRegistry) {
  return { publicDockerImageRepository: null, ...statusRepositories(stream, registry) };
}
