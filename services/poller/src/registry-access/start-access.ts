import { type ImageReference, registryKey } from '@tagstream/image-ref';
import type { KubeClient } from '@tagstream/kube';
import {
  createRegistryClient,
  createRegistryTransport,
  type ImageReader,
  mirroredReader,
  type ProxySettings,
  parseAllowedRegistry,
  pullSources,
  RegistryError,
  type RequestRecord,
  withAnonymousFallback,
} from '@tagstream/registry';
import { createAccessOf } from '../credentials/access.ts';
import { cloudCredentials, cloudsOf } from '../credentials/cloud-credentials.ts';
import { startCredentials } from '../credentials/start-credentials.ts';
import type { ListTags } from '../repositories/list-repository.ts';
import type { TagView } from '../tag-view.ts';
import type { AccessConfig, AccessContext } from './access-context.ts';
import { createAccessTelemetry } from './access-telemetry.ts';
import { type Admission, createAdmission } from './admission.ts';
import { startAuthorities } from './start-authorities.ts';
import { startMirrors } from './start-mirrors.ts';
import { createViewTracker, type ViewTracker } from './view-tracker.ts';

/** How this service reaches registries. */
export interface RegistryAccess {
  /** Reads images: through mirrors, with the credentials and the trust that apply. */
  readonly reader: ImageReader;
  /** Lists tags at the source itself, whatever mirrors there are, with the credentials that apply in a namespace. */
  readonly listTags: ListTags;
  /** Whether a tag is there, with the credentials that apply in a namespace. Throws RegistryError. */
  readonly headTag: (
    namespace: string,
    reference: ImageReference,
    options: { readonly insecure: boolean; readonly signal: AbortSignal },
  ) => Promise<unknown>;
  /** Lists the repositories of a registry, with the credentials of the whole cluster. */
  readonly listRepositories: (
    registry: string,
    options: { readonly insecure: boolean; readonly signal: AbortSignal },
  ) => AsyncIterable<string>;
  /** What may be imported at all. */
  readonly admission: Admission;
  /** Keeps questions in step with Secrets and all else; see {@link createViewTracker}. */
  readonly track: (update: (now: readonly TagView[], before: readonly TagView[]) => void) => ViewTracker;
}

export interface AccessOptions {
  readonly kube: Pick<KubeClient, 'get' | 'list' | 'watch'>;
  readonly userAgent: string;
  readonly maxConnectionsPerRegistry: number;
  readonly onRequest: (record: RequestRecord) => void;
}

/**
 * Starts everything that decides how registries are reached, and waits until all of it has been read once: a question asked
 * before its Secret is known would fail for no reason.
 * @throws ConfigError for files that cannot be used.
 */
export async function startRegistryAccess(context: AccessContext, options: AccessOptions): Promise<RegistryAccess> {
  const { config, clock, defer } = context;
  const { kube, userAgent, maxConnectionsPerRegistry, onRequest } = options;
  const telemetry = createAccessTelemetry(context.metrics, context.log);
  const trackers = new Set<ViewTracker>();
  const refresh = (namespace?: string) => {
    for (const tracker of trackers) tracker.refresh(namespace);
  };

  const parts = { context, kube, onProblem: telemetry.problem, onChange: refresh };
  const [authorities, mirrors, credentials] = await Promise.all([
    startAuthorities(parts),
    startMirrors(parts),
    startCredentials(parts),
  ]);

  const proxy = proxyOf(config);
  const connections = {
    maxConnectionsPerRegistry,
    authoritiesOf: authorities.of,
    ...(proxy !== undefined && { proxy }),
  };
  const transport = createRegistryTransport(connections);
  defer({ [Symbol.asyncDispose]: () => transport.close() });
  const cloud = cloudCredentials(cloudsOf(config.cloudCredentials, proxy, transport), {
    clock,
    exchanged: telemetry.exchanged,
  });
  const client = defer(createRegistryClient({ userAgent, clock, transport, credentials: cloud, onRequest }));
  const sourcesOf: Parameters<typeof mirroredReader>[1] = (reference) =>
    pullSources(reference, { mirrors: mirrors.rules, blocked: config.blockedRegistries });
  const accessOf = createAccessOf({
    lookup: credentials.lookup,
    sourcesOf,
    authoritiesVersion: authorities.versionOf,
    otherwise: cloud,
  });
  const accessIn = (namespace: string, reference: ImageReference) => {
    const access = accessOf(namespace, reference);
    return access && { credentials: access.credentials };
  };
  return {
    reader: mirroredReader(withAnonymousFallback(client), sourcesOf),
    listTags(namespace, repository, call) {
      if (!sourcesOf(repository).some(({ kind }) => kind === 'source')) throw blockedRegistry(repository);
      return client.listTags(repository, { ...call, ...accessIn(namespace, repository) });
    },
    headTag: (namespace, reference, call) =>
      client.headManifest(reference, { ...call, ...accessIn(namespace, reference) }),
    listRepositories(registry, call) {
      const catalog = { registry, namespace: '', name: '_catalog', tag: '', digest: '' };
      return client.listRepositories(registry, { ...call, ...accessIn('', catalog) });
    },
    admission: createAdmission(
      config.allowedRegistries.flatMap((text) => parseAllowedRegistry(text) ?? []),
      config.ownRegistry,
    ),
    track(update) {
      const tracker = createViewTracker(accessOf, update);
      trackers.add(tracker);
      return tracker;
    },
  };
}

function blockedRegistry(reference: ImageReference): RegistryError {
  const registry = registryKey(reference.registry);
  return new RegistryError('forbidden', `registry ${registry} blocked`, { host: registry });
}

function proxyOf({ httpProxy, httpsProxy, noProxy }: AccessConfig): ProxySettings | undefined {
  if (httpProxy === undefined && httpsProxy === undefined) return undefined;
  return {
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
  };
}
