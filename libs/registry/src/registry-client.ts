import { isDigest } from '@tagstream/image-ref';
import { digestedBytes, digestOf, matchesDigest } from './content-digest.ts';
import { locateError, RegistryError } from './errors.ts';
import { ExpiringMap } from './expiring-map.ts';
import { listRepositories } from './list-repositories.ts';
import { listTags } from './list-tags.ts';
import { parseManifest } from './manifest.ts';
import { ACCEPT_MANIFESTS, manifestKind, mediaTypeOf } from './media-types.ts';
import { parseRateLimit } from './rate-limit.ts';
import { type Repository, repositoryOf } from './repository.ts';
import { Session } from './session.ts';
import { createTransport, type HttpResponse, type Transport } from './transport.ts';
import type {
  CallOptions,
  FetchedManifest,
  ManifestHead,
  RegistryClient,
  RegistryClientOptions,
  Timeouts,
} from './types.ts';

/** Registries must accept manifests of 4 MiB (OCI distribution specification, "Pushing Manifests"); few accept more. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Image configs have kilobytes; those with very long histories and labels some hundred. */
const MAX_BLOB_BYTES = 4 * 1024 * 1024;

/** Enough to poll a registry briskly, few enough not to look like an attack. */
const DEFAULT_MAX_CONNECTIONS = 8;

/** OpenShift gives a registry 15 s for its first answer. */
const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 10_000, headersMs: 15_000, bodyMs: 15_000, totalMs: 60_000 };

/** Registries remembered for sending no digest with HEAD, and for how long, since proxies get repaired. */
const MAX_HEADLESS = 1000;
const HEADLESS_MS = 60 * 60 * 1000;

/**
 * A client for reading registries by the OCI distribution specification, meant to be shared: connections, tokens and what
 * was learnt about each registry are kept in it. It never repeats a failed request, except once after a 401.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { clock } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const transport = options.transport ?? createRegistryTransport(options);
  const session = new Session({
    transport,
    userAgent: options.userAgent,
    clock,
    totalMs: timeouts.totalMs,
    credentials: options.credentials ?? (async () => undefined),
    onRequest: options.onRequest ?? (() => {}),
  });
  const close = async () => {
    if (options.transport === undefined) await transport.close();
  };
  const headless = new ExpiringMap<true>(clock, MAX_HEADLESS);

  async function getManifest(repository: Repository, call: CallOptions): Promise<FetchedManifest> {
    const response = await session.ask(
      { ...manifestQuestion(repository), operation: 'get_manifest', method: 'GET', maxBytes: MAX_MANIFEST_BYTES },
      call,
    );
    const contentType = response.headers['content-type'] ?? '';
    // Verified before it is read: a changed body shall be called that, whatever it has become.
    const digested = digestedBytes(response.body, manifestKind(mediaTypeOf(contentType)));
    const expected = [repository.reference, response.headers['docker-content-digest'] ?? ''].filter(isDigest);
    for (const digest of expected) verify(digested, digest, repository, 'The manifest');
    const digest = expected[0] ?? digestOf(digested);
    const { mediaType, manifest } = readManifest(contentType, response.body, repository);
    return { digest, mediaType, body: response.body, manifest, ...rateLimitOf(response) };
  }

  async function headManifest(repository: Repository, call: CallOptions): Promise<ManifestHead> {
    const response = await session.ask(
      { ...manifestQuestion(repository), operation: 'head_manifest', method: 'HEAD', maxBytes: 0 },
      call,
    );
    const announced = response.headers['docker-content-digest'] ?? '';
    const mediaType = mediaTypeOf(response.headers['content-type']);
    if (!isDigest(announced) || mediaType === '') throw new HeadTellsNothing();
    if (isDigest(repository.reference) && announced !== repository.reference)
      throw mismatch(repository, 'The manifest', repository.reference);
    return { digest: announced, mediaType, ...sizeOf(response), ...rateLimitOf(response) };
  }

  /** A registry whose HEAD tells no digest is asked by GET, and from then on at once. */
  async function headOrGetManifest(repository: Repository, call: CallOptions): Promise<ManifestHead> {
    if (!headless.get(repository.host)) {
      try {
        return await headManifest(repository, call);
      } catch (error) {
        if (!(error instanceof HeadTellsNothing || (error instanceof RegistryError && error.code === 'unsupported')))
          throw error;
      }
    }
    const { digest, mediaType, body, rateLimit } = await getManifest(repository, call);
    headless.set(repository.host, true, HEADLESS_MS);
    return { digest, mediaType, size: body.length, ...(rateLimit === undefined ? {} : { rateLimit }) };
  }

  return {
    headManifest: async (ref, call = {}) => headOrGetManifest(repositoryOf(ref), call),
    getManifest: async (ref, call = {}) => getManifest(repositoryOf(ref), call),
    getBlob: async (ref, digest, call = {}) => {
      const repository = repositoryOf(ref);
      const response = await session.ask(
        { ...blobQuestion(repository, digest), operation: 'get_blob', method: 'GET', maxBytes: MAX_BLOB_BYTES },
        call,
      );
      verify(response.body, digest, repository, 'The blob');
      return response.body;
    },
    headBlob: async (ref, digest, call = {}) => {
      const question = blobQuestion(repositoryOf(ref), digest);
      return sizeOf(await session.ask({ ...question, operation: 'head_blob', method: 'HEAD', maxBytes: 0 }, call)).size;
    },
    listTags: (ref, call = {}) => listTags(session, repositoryOf(ref), call),
    listRepositories: (registry, call = {}) => listRepositories(session, registry, call),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Connections as a client makes them for itself, to be shared by several of them and by whoever exchanges credentials. */
export function createRegistryTransport(
  options: Omit<RegistryClientOptions, 'transport' | 'userAgent' | 'clock'>,
): Transport {
  return createTransport({
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    maxConnections: options.maxConnectionsPerRegistry ?? DEFAULT_MAX_CONNECTIONS,
    extraCa: options.extraCa ?? [],
    authoritiesOf: options.authoritiesOf ?? (() => NO_AUTHORITIES),
    proxy: options.proxy,
  });
}

const NO_AUTHORITIES: readonly string[] = [];

/** An answer to HEAD without digest or media type: no error, only a reason to use GET. */
class HeadTellsNothing extends Error {}

function manifestQuestion(repository: Repository) {
  const { reference } = repository;
  const what = isDigest(reference) ? `manifest ${reference}` : `tag ${reference}`;
  return { repository, path: `manifests/${reference}`, accept: ACCEPT_MANIFESTS, what };
}

/** Reads a manifest; an error says where it comes from. */
function readManifest(contentType: string, body: Uint8Array, repository: Repository) {
  try {
    return parseManifest(contentType, body);
  } catch (error) {
    const { host, name } = repository;
    throw locateError(error, { host, repository: name, what: manifestQuestion(repository).what });
  }
}

function blobQuestion(repository: Repository, digest: string) {
  if (!isDigest(digest)) throw new RegistryError('invalid', `"${digest}" is no digest of a blob.`);
  return { repository, path: `blobs/${digest}`, what: `blob ${digest}` };
}

function verify(bytes: Uint8Array, digest: string, repository: Repository, what: string): void {
  if (!matchesDigest(bytes, digest)) throw mismatch(repository, what, digest);
}

function mismatch({ host, name }: Repository, what: string, digest: string): RegistryError {
  const message = `${what} that ${host} sent for ${name} does not have the digest ${digest}.`;
  return new RegistryError('integrity', message, { host, repository: name });
}

function sizeOf({ headers }: HttpResponse): { size?: number } {
  const text = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(text) ? { size: Number(text) } : {};
}

function rateLimitOf({ headers }: HttpResponse): Pick<ManifestHead, 'rateLimit'> {
  const rateLimit = parseRateLimit(headers);
  return rateLimit === undefined ? {} : { rateLimit };
}
