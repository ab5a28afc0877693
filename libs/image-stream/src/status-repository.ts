import type { ImageStream } from '@tagstream/api-types';
import { parseImageReference, printRepository } from '@tagstream/image-ref';

/** Host names of an integrated registry, where the cluster has one. */
export interface IntegratedRegistry {
  /** As workloads in the cluster reach it: `registry.example.svc:5000`. */
  readonly internalHost?: string;
  /** As everybody else reaches it. */
  readonly externalHost?: string;
  /**
   * It knows the streams, as OpenShift's does: under the repository of a stream it also has what the stream copied from another
   * one. Other registries have under a name what was pushed there.
   */
  readonly sharesImages?: boolean;
}

/** The two repository fields of a stream's status; OpenShift always shows the first, possibly empty. */
export interface StatusRepositories {
  readonly dockerImageRepository: string;
  readonly publicDockerImageRepository?: string;
}

/**
 * Computes where a stream's images are: in the integrated registry under `<host>/<namespace>/<name>`, else in the repository
 * that the spec names (without a tag or digest it may carry).
 */
export function statusRepositories(stream: ImageStream, registry: IntegratedRegistry = {}): StatusRepositories {
  const { namespace, name } = stream.metadata;
  const { internalHost, externalHost } = registry;
  return {
    dockerImageRepository: internalHost
      ? `${internalHost}/${namespace || 'default'}/${name}`
      : bareRepository(stream.spec?.dockerImageRepository ?? ''),
    ...(externalHost && {
      publicDockerImageRepository: [externalHost, namespace, name].filter((part) => part).join('/'),
    }),
  };
}

function bareRepository(text: string): string {
  if (text === '') return '';
  try {
    return printRepository(parseImageReference(text));
  } catch {
    return text; // validation reports it; what the user wrote stays visible
  }
}
