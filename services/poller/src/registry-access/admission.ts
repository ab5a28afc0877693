import type { ImageStream } from '@tagstream/api-types';
import { ImageRefError, type ImageReference, parseImageReference, repositoryKey } from '@tagstream/image-ref';
import { type AllowedRegistry, refuseRegistry } from '@tagstream/registry';

/** Whether a tag of a stream may be imported: why not, or undefined. */
export type Admission = (stream: ImageStream, reference: ImageReference, insecure: boolean) => string | undefined;

/** Everything may be imported. */
export const admitEverything: Admission = () => undefined;

/**
 * Admits what the list of registries allows, and the cluster's own registry. A repository that the stream has imported from
 * before stays allowed, so that old content blocks nothing (OpenShift says so of edits; the status, which users cannot write,
 * is what tells it here).
 */
export function createAdmission(allowed: readonly AllowedRegistry[], ownRegistry: string | undefined): Admission {
  if (allowed.length === 0) return admitEverything;
  return (stream, reference, insecure) => {
    if (reference.registry !== '' && reference.registry === ownRegistry) return undefined;
    const refusal = refuseRegistry(allowed, reference, insecure);
    if (refusal === undefined || hasImportedFrom(stream, reference)) return undefined;
    return `from.name: Forbidden: ${refusal}`;
  };
}

function hasImportedFrom(stream: ImageStream, reference: ImageReference): boolean {
  const repository = repositoryKey(reference);
  return (stream.status?.tags ?? []).some((tag) =>
    (tag.items ?? []).some((item) => repositoryOf(item.dockerImageReference) === repository),
  );
}

function repositoryOf(text: string): string | undefined {
  try {
    return repositoryKey(parseImageReference(text));
  } catch (error) {
    if (error instanceof ImageRefError) return undefined;
    throw error;
  }
}
