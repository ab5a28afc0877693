import { RegistryError } from './errors.ts';
import type { ImageReader } from './mirrored-reader.ts';
import type { CallOptions } from './types.ts';

const ANONYMOUS = { credentials: async () => undefined } as const;

/**
 * A reader that asks once more without credentials when those it has are called wrong: a secret that has run out must not
 * hide what everybody may read. When that is refused too, the first failure counts (OpenShift repeats such an import).
 */
export function withAnonymousFallback(reader: ImageReader): ImageReader {
  async function twice<T>(options: CallOptions | undefined, ask: (options: CallOptions) => Promise<T>): Promise<T> {
    try {
      return await ask({ ...options });
    } catch (error) {
      if (!isWrongPassword(error)) throw error;
      try {
        return await ask({ ...options, ...ANONYMOUS });
      } catch (second) {
        if (second instanceof RegistryError && second.code === 'unauthorized') throw error;
        throw second;
      }
    }
  }

  return {
    headManifest: (reference, options) => twice(options, (call) => reader.headManifest(reference, call)),
    getManifest: (reference, options) => twice(options, (call) => reader.getManifest(reference, call)),
    getBlob: (reference, digest, options) => twice(options, (call) => reader.getBlob(reference, digest, call)),
    headBlob: (reference, digest, options) => twice(options, (call) => reader.headBlob(reference, digest, call)),
  };
}

/** OpenShift decides by the same words. */
function isWrongPassword(error: unknown): boolean {
  return (
    error instanceof RegistryError && error.code === 'unauthorized' && error.message.includes('username or password')
  );
}
