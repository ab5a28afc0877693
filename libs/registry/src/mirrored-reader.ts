import { type ImageReference, normalForm } from '@tagstream/image-ref';
import { RegistryError } from './errors.ts';
import type { PullSource } from './pull-sources.ts';
import type { CallOptions, RegistryClient } from './types.ts';

/** The part of a client that reads one image at a time; listing tags does not go to mirrors. */
export type ImageReader = Pick<RegistryClient, 'headManifest' | 'getManifest' | 'getBlob' | 'headBlob'>;

/**
 * A reader that asks several places in order and takes the first answer. Whoever reads through it names the source and never
 * learns which place it was. A single failure is thrown as it is, several as one (OpenShift does the same).
 *
 * @param sourcesOf the places for a reference; for none, every call fails with `forbidden` before anything is sent.
 */
export function mirroredReader(
  reader: ImageReader,
  sourcesOf: (reference: ImageReference) => readonly PullSource[],
): ImageReader {
  async function first<T>(
    reference: ImageReference,
    options: CallOptions | undefined,
    ask: (reference: ImageReference, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    const failures: RegistryError[] = [];
    for (const source of sourcesOf(reference)) {
      const call = source.kind === 'source' ? { ...options } : { ...options, insecure: source.insecure };
      try {
        return await ask(source.reference, call);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        failures.push(error);
      }
    }
    throw failureOf(failures, reference);
  }

  return {
    headManifest: (reference, options) => first(reference, options, (at, call) => reader.headManifest(at, call)),
    getManifest: (reference, options) => first(reference, options, (at, call) => reader.getManifest(at, call)),
    getBlob: (reference, digest, options) => first(reference, options, (at, call) => reader.getBlob(at, digest, call)),
    headBlob: (reference, digest, options) =>
      first(reference, options, (at, call) => reader.headBlob(at, digest, call)),
  };
}

/**
 * What several failures mean together. While one of them may pass, nothing is certain: that the others do not have the
 * image, least of all.
 */
function failureOf(failures: readonly RegistryError[], reference: ImageReference): RegistryError {
  const { registry } = normalForm(reference);
  const last = failures.at(-1);
  if (last === undefined) return new RegistryError('forbidden', `registry ${registry} blocked`, { host: registry });
  if (failures.length === 1) return last;
  const sameCode = failures.every(({ code }) => code === last.code);
  const code = sameCode ? last.code : failures.some(({ retryable }) => retryable) ? 'unavailable' : last.code;
  const { host, repository, retryAfterMs } = last;
  return new RegistryError(code, failures.map(({ message }) => message).join(' '), {
    ...(host === undefined ? {} : { host }),
    ...(repository === undefined ? {} : { repository }),
    ...(code !== 'rate_limited' || retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: new AggregateError(failures),
  });
}
