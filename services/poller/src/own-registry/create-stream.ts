import { type ImageStream, streamNameProblems } from '@tagstream/api-types';
import { type ImageReference, printImageReference } from '@tagstream/image-ref';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import { RegistryError } from '@tagstream/registry';
import type { NamespacePermission } from './namespace-permission.ts';
import { type OwnRegistry, ownReference, type StreamPlace } from './own-registry.ts';

/** What came of a push to a stream that does not exist. */
export type Creation =
  /** There is one now: created, or by somebody else a moment ago. */
  | { readonly kind: 'created' }
  /** There will be none. */
  | {
      readonly kind: 'refused';
      readonly why: Exclude<NamespacePermission, 'allowed'> | 'invalid-name';
      readonly detail?: string;
    }
  /** The registry does not have it, which may be because it is not there yet. */
  | { readonly kind: 'absent' }
  /** The registry could not be asked. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly mayPass: boolean };

export interface CreateStreamDeps {
  readonly kube: Pick<KubeClient, 'create'>;
  readonly permission: (namespace: string) => Promise<NamespacePermission>;
  /** Asks the registry for a tag with the credentials that apply in the namespace. */
  readonly head: (
    namespace: string,
    reference: ImageReference,
    options: { readonly insecure: boolean; readonly signal: AbortSignal },
  ) => Promise<unknown>;
  readonly registry: OwnRegistry;
}

/** Creates the stream that a tag was pushed to. */
export type CreateStream = (place: StreamPlace, tag: string, signal: AbortSignal) => Promise<Creation>;

/** Annotation that says for which push a stream was created. */
export const CREATED_FOR = 'poller.tagstream.io/created-for';

/** Kubernetes: names of namespaces (RFC 1123 label) and of custom resources (subdomain). */
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_NAME_LENGTH = 253;

/**
 * Makes the creator. OpenShift's registry creates the ImageStream that somebody pushes to, if the pusher may; here the namespace
 * allows it. Nothing is created before the registry was seen to have the tag, so that a forged announcement costs two
 * requests at most. The stream is empty: what was pushed reaches its status like any other push. Throws what the
 * API server's client throws.
 */
export function createStreams({ kube, permission, head, registry }: CreateStreamDeps): CreateStream {
  return async (place, tag, signal) => {
    const problem = nameProblem(place);
    if (problem !== undefined) return { kind: 'refused', why: 'invalid-name', detail: problem };
    const allowed = await permission(place.namespace);
    if (allowed !== 'allowed') return { kind: 'refused', why: allowed };
    const reference = ownReference(registry, place, tag);
    try {
      await head(place.namespace, reference, { insecure: registry.insecure, signal });
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      if (error.code === 'not_found') return { kind: 'absent' };
      return { kind: 'unknown', reason: error.message, mayPass: error.retryable };
    }
    try {
      await kube.create<ImageStream>(resources.imageStreams, emptyStream(place, reference), { signal });
    } catch (error) {
      // An existing one is whatever somebody else has made of it.
      if (isKubeError(error, 'already_exists')) return { kind: 'created' };
      if (isKubeError(error, 'forbidden') || isKubeError(error, 'invalid')) {
        return { kind: 'refused', why: 'forbidden', detail: error.message };
      }
      throw error;
    }
    return { kind: 'created' };
  };
}

function nameProblem({ namespace, stream }: StreamPlace): string | undefined {
  if (!NAMESPACE.test(namespace)) return `"${namespace}" is not the name of a namespace`;
  if (stream.includes('_')) return `"${stream}" has a "_", which the name of a custom resource cannot have`;
  if (stream.length > MAX_NAME_LENGTH) return `"${stream}" is longer than ${MAX_NAME_LENGTH} characters`;
  return streamNameProblems(namespace, stream)[0]?.message;
}

function emptyStream({ namespace, stream }: StreamPlace, reference: ImageReference): ImageStream {
  const annotations = { [CREATED_FOR]: printImageReference(reference) };
  return { metadata: { namespace, name: stream, annotations }, spec: {} };
}
