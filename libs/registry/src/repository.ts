import { connectionTarget, ImageRefError, type ImageReference, normalForm } from '@tagstream/image-ref';
import { RegistryError } from './errors.ts';

/** Where a reference leads: in normal form for people and credentials, in connection form for requests. */
export interface Repository {
  /** `docker.io` */
  readonly registry: string;
  /** `registry-1.docker.io` */
  readonly host: string;
  /** `library/nginx` */
  readonly name: string;
  /** Digest when the reference has one, else its tag. */
  readonly reference: string;
}

/** @throws {RegistryError} `invalid` for a reference that names a registry only. */
export function repositoryOf(ref: ImageReference): Repository {
  try {
    const { registry, tag, digest } = normalForm(ref);
    const { host, repository } = connectionTarget(ref);
    return { registry, host, name: repository, reference: digest === '' ? tag : digest };
  } catch (cause) {
    if (!(cause instanceof ImageRefError)) throw cause;
    throw new RegistryError('invalid', cause.message, { cause });
  }
}
