import { canonicalKey, ImageRefError, type ImageReference } from '@tagstream/image-ref';
import { RegistryError } from './errors.ts';

/** Reason and message of an `ImportSuccess=False` condition. */
export interface ImportFailure {
  readonly reason: 'NotFound' | 'Unauthorized' | 'Forbidden' | 'BadRequest' | 'Invalid' | 'InternalError';
  readonly message: string;
}

/**
 * Says a failure the way OpenShift's importer does, since people and scripts look for its reasons and sentences. The
 * reference is named in normal form, `docker.io/library/test:latest`. A 403 has a reason of its own here, `Forbidden`, which
 * OpenShift keeps for registries that an administrator blocked; everything else that is not listed is `InternalError`. Equal
 * failures give equal messages, so that a condition is not rewritten at each try.
 *
 * @param ref What was imported; undefined when its text could not be parsed.
 */
export function openshiftReason(error: unknown, ref: ImageReference | undefined): ImportFailure {
  const invalid = invalidReference(error);
  if (invalid !== undefined)
    return { reason: 'Invalid', message: `from.name: Invalid value: invalid name: ${invalid.message}` };
  const image = ref === undefined ? 'the image' : canonicalKey(ref);
  if (error instanceof RegistryError) {
    switch (error.code) {
      case 'not_found':
        return { reason: 'NotFound', message: `dockerimage.image.openshift.io "${image}" not found` };
      case 'unauthorized':
        return { reason: 'Unauthorized', message: unauthorizedMessage(error, image) };
      case 'forbidden':
        return { reason: 'Forbidden', message: `${image}: ${error.message}` };
      case 'plain_http':
        return {
          reason: 'BadRequest',
          message: `the repository ${error.repository ?? image} is HTTP only and requires the insecure flag to import`,
        };
    }
  }
  const text = error instanceof Error ? error.message : String(error);
  return { reason: 'InternalError', message: `Internal error occurred: ${image}: ${text}` };
}

function invalidReference(error: unknown): ImageRefError | undefined {
  if (error instanceof ImageRefError) return error;
  return error instanceof RegistryError && error.cause instanceof ImageRefError ? error.cause : undefined;
}

/** OpenShift repeats an import without credentials when the message mentions "username or password". */
function unauthorizedMessage(error: RegistryError, image: string): string {
  return error.message.includes('username or password')
    ? `incorrect username or password for image "${image}"`
    : `you may not have access to the container image "${image}"`;
}
