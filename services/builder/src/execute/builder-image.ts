import { BuildFailure } from '../build-failure.ts';
import type { BuilderImage } from '../dockerfile/s2i-dockerfile.ts';

/**
 * Reads the configuration of an image from what buildah prints of it; `OCIv1` is that of the OCI image specification.
 * @throws BuildFailure `PullBuilderImageFailed`
 */
export function readBuilderImage(json: string): BuilderImage {
  let config: unknown;
  try {
    config = JSON.parse(json);
  } catch (cause) {
    throw new BuildFailure('PullBuilderImageFailed', 'The configuration of the builder image is not JSON.', { cause });
  }
  const { OCIv1 } = asRecord(config);
  const { User, Entrypoint, Labels } = asRecord(asRecord(OCIv1).config);
  const words = Array.isArray(Entrypoint) ? Entrypoint.filter((word): word is string => typeof word === 'string') : [];
  const labels = Object.entries(asRecord(Labels)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { user: typeof User === 'string' ? User : '', entrypoint: words, labels: Object.fromEntries(labels) };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // checked in this line
}
