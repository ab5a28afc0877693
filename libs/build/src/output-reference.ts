import type { BuildOutput, ImageStream } from '@tagstream/api-types';
import { type StreamName, streamOf } from './resolve-image.ts';

/** Where the image of a Build goes. */
export type OutputReference =
  /** It is pushed nowhere. */
  | { readonly kind: 'none' }
  | { readonly kind: 'reference'; readonly reference: string }
  /** The stream is not there, or has no repository to push to. */
  | { readonly kind: 'unresolved'; readonly because: 'no-stream' | 'no-repository'; readonly why: string };

/** The stream that an output needs; undefined for none. `namespace` is that of the Build. */
export function outputStream(output: BuildOutput | null | undefined, namespace: string): StreamName | undefined {
  const to = output?.to;
  return to ? streamOf({ ...to, kind: to.kind || 'ImageStreamTag', namespace: to.namespace || namespace }) : undefined;
}

/**
 * OpenShift: an ImageStreamTag is pushed to `<status.dockerImageRepository>:<tag>` of its stream, a DockerImage where its name
 * says.
 * @param stream of {@link outputStream}, null when it does not exist
 */
export function outputReference(
  output: BuildOutput | null | undefined,
  namespace: string,
  stream: ImageStream | null,
): OutputReference {
  const to = output?.to;
  if (!to) return { kind: 'none' };
  if (to.kind === 'DockerImage') return { kind: 'reference', reference: to.name ?? '' };
  const wanted = outputStream(output, namespace);
  if (stream === null || wanted === undefined) {
    const why = `the output image stream ${to.namespace || namespace}/${to.name ?? ''} does not exist`;
    return { kind: 'unresolved', because: 'no-stream', why };
  }
  const repository = stream.status?.dockerImageRepository ?? '';
  if (repository === '') {
    const why = `the image stream ${wanted.namespace}/${wanted.name} has no repository to push to: set TAGSTREAM_REGISTRY_HOST of trigger, or name a DockerImage`;
    return { kind: 'unresolved', because: 'no-repository', why };
  }
  return { kind: 'reference', reference: `${repository}:${(to.name ?? '').slice(wanted.name.length + 1)}` };
}
