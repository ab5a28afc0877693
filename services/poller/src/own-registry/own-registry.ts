import { type ImageReference, registryKey } from '@tagstream/image-ref';
import { field } from '@tagstream/service';
import { Type } from 'typebox';
import { RegistryHost } from '../registry-access/access-config.ts';

/** The cluster's own registry: spread into the configuration of the service, beside `ownRegistry`. */
export const ownRegistryFields = {
  ownRegistryPublic: field({
    env: 'TAGSTREAM_REGISTRY_PUBLIC_HOST',
    schema: RegistryHost,
    optional: true,
    description: 'Host of that registry as everybody else reaches it: pushes are announced under this name too',
  }),
  ownRegistryInsecure: field({
    env: 'TAGSTREAM_REGISTRY_INSECURE',
    schema: Type.Boolean(),
    default: false,
    description: 'Accepts any certificate of that registry, and plain HTTP where it does not answer HTTPS',
  }),
  createStreams: field({
    env: 'TAGSTREAM_CREATE_STREAMS',
    schema: Type.Union([Type.Literal('labelled'), Type.Literal('all'), Type.Literal('none')]),
    default: 'labelled',
    description:
      'Where a push into that registry creates a missing ImageStream: namespaces labelled poller.tagstream.io/create-streams=true, all that are not labelled false, or none',
  }),
  registryCatalog: field({
    env: 'TAGSTREAM_REGISTRY_CATALOG',
    schema: Type.Boolean(),
    default: true,
    description:
      'Looks at the list of all repositories of that registry at every TAGSTREAM_POLL_INTERVAL, for pushes to missing ImageStreams that nobody announced',
  }),
} as const;

/** The registry in which every ImageStream has a repository of its own, `<host>/<namespace>/<stream>`. */
export interface OwnRegistry {
  /** As workloads name it, and as it is asked. */
  readonly host: string;
  /** Every name of it, in normal form. */
  readonly names: ReadonlySet<string>;
  readonly insecure: boolean;
}

/** What is configured; undefined without a host. */
export function ownRegistryOf(config: {
  readonly ownRegistry?: string | undefined;
  readonly ownRegistryPublic?: string | undefined;
  readonly ownRegistryInsecure: boolean;
}): OwnRegistry | undefined {
  const { ownRegistry: host, ownRegistryPublic, ownRegistryInsecure: insecure } = config;
  if (host === undefined) return undefined;
  const names = [host, ...(ownRegistryPublic === undefined ? [] : [ownRegistryPublic])].map(registryKey);
  return { host, names: new Set(names), insecure };
}

/** A stream by its name. */
export interface StreamPlace {
  readonly namespace: string;
  readonly stream: string;
}

/** The stream that a repository below the registry's host belongs to: `<namespace>/<stream>`, no more and no less. */
export function placeOf(repository: string): StreamPlace | undefined {
  const [namespace = '', stream = '', ...more] = repository.split('/');
  return namespace === '' || stream === '' || more.length > 0 ? undefined : { namespace, stream };
}

/** A tag of a stream's repository; with an empty tag, the repository. */
export function ownReference({ host }: OwnRegistry, { namespace, stream }: StreamPlace, tag: string): ImageReference {
  return { registry: host, namespace, name: stream, tag, digest: '' };
}

/** OCI distribution specification, "Pulling manifests": what a tag may look like. */
const TAG = /^\w[\w.-]{0,127}$/;

/** Tags under which signatures, attestations and the like of an image are kept (there, "Referrers Tag Schema", and cosign). */
const REFERRERS_TAG = /^sha(?:256|512)-[0-9a-f]{64,128}(?:\..*)?$/;

/** Whether a tag of a repository is one of its stream: a registry may list, and somebody may announce, anything. */
export function isStreamTag(tag: string): boolean {
  return TAG.test(tag) && !REFERRERS_TAG.test(tag);
}
