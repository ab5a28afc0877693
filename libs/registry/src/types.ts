import type { ImageReference } from '@tagstream/image-ref';
import type { RateLimit, RegistryErrorCode } from './errors.ts';
import type { Manifest } from './manifest.ts';
import type { Transport } from './transport.ts';

/** What credentials are looked up for: `docker.io` and `library/nginx`, in normal form. */
export interface CredentialTarget {
  readonly registry: string;
  readonly repository: string;
  /**
   * A credential found earlier that the registry has refused just now. A provider that made it by an exchange makes another
   * one; any other answers what it knows, and the refusal stands when that is the same.
   */
  readonly refused?: Credential;
}

/**
 * What a registry can be shown: a user name and password, an identity token that the token service exchanges (docker
 * config `identitytoken`), or a finished bearer token (`registrytoken`).
 */
export type Credential =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string }
  | { readonly token: string };

/** Finds the credential for a repository; undefined asks without any. */
export type CredentialProvider = (target: CredentialTarget) => Promise<Credential | undefined>;

/** What holds for one call. */
export interface CallOptions {
  /**
   * True accepts any certificate, and plain HTTP where HTTPS does not answer. False by default. OpenShift: the
   * `importPolicy.insecure` of a tag.
   */
  readonly insecure?: boolean;
  /** Asked instead of the client's own provider: a shared client serves namespaces with secrets of their own. */
  readonly credentials?: CredentialProvider;
  readonly signal?: AbortSignal;
}

/** What a tag points to, learnt without downloading it. */
export interface ManifestHead {
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes, when the registry told. */
  readonly size?: number;
  readonly rateLimit?: RateLimit;
}

/** A downloaded manifest whose bytes have been verified against its digest. */
export interface FetchedManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Uint8Array;
  readonly manifest: Manifest;
  readonly rateLimit?: RateLimit;
}

export interface ListTagsOptions extends CallOptions {
  /** Tags asked for per page; a registry may answer with fewer or more. */
  readonly pageSize?: number;
}

/**
 * Reads a registry by the OCI distribution specification. Methods throw `RegistryError`, besides the reason of an aborted
 * signal and what a credential provider throws.
 */
export interface RegistryClient extends AsyncDisposable {
  /** One HEAD request: which manifest a tag or digest stands for. Does not count as a pull on Docker Hub. */
  headManifest(ref: ImageReference, options?: CallOptions): Promise<ManifestHead>;
  /** Downloads and verifies a manifest. */
  getManifest(ref: ImageReference, options?: CallOptions): Promise<FetchedManifest>;
  /** Downloads and verifies a blob of the reference's repository; made for image configs, so its size is capped. */
  getBlob(ref: ImageReference, digest: string, options?: CallOptions): Promise<Uint8Array>;
  /** Size in bytes of a blob, by HEAD; undefined when the registry does not tell. Throws `not_found` like the others. */
  headBlob(ref: ImageReference, digest: string, options?: CallOptions): Promise<number | undefined>;
  /** All tags of the reference's repository, page by page, in the registry's order. */
  listTags(ref: ImageReference, options?: ListTagsOptions): AsyncIterable<string>;
  /**
   * The repositories of a registry (`registry.example.com:5000`), where it has a catalog and lets it be seen; credentials are looked
   * up for a repository `_catalog`.
   */
  listRepositories(registry: string, options?: ListTagsOptions): AsyncIterable<string>;
  /** Closes all connections; requests under way fail. */
  close(): Promise<void>;
}

/** What a request was for. */
export type RegistryOperation =
  | 'head_manifest'
  | 'get_manifest'
  | 'get_blob'
  | 'head_blob'
  | 'list_tags'
  | 'list_repositories'
  | 'token';

/** One HTTP exchange, for metrics: what was asked of whom and how it ended. */
export interface RequestRecord {
  /** Registry in normal form, `docker.io`, also for its token service and its redirect targets. */
  readonly registry: string;
  readonly operation: RegistryOperation;
  readonly durationMs: number;
  /** Status of the answer, or the code of the failure to get one. */
  readonly outcome: number | RegistryErrorCode | 'aborted';
  readonly rateLimit?: RateLimit;
}

/** Milliseconds since the epoch; token lifetimes and `Retry-After` dates are measured with it. */
export interface Clock {
  now(): number;
}

export interface Timeouts {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  /** From sending a request to the headers of its answer. */
  readonly headersMs: number;
  /** Between two pieces of a body. */
  readonly bodyMs: number;
  /** For one call as a whole: waiting for a free connection, tokens, redirects and the body included. */
  readonly totalMs: number;
}

/** Proxies as the environment variables of the same names say them; undici's rules for `noProxy` hold. */
export interface ProxySettings {
  /** URL, for `http://` */
  readonly httpProxy?: string;
  /** URL, for `https://`, through CONNECT; that of `httpProxy` when absent. */
  readonly httpsProxy?: string;
  /** `.internal,registry.example.com:5000` */
  readonly noProxy?: string;
}

export interface RegistryClientOptions {
  readonly userAgent: string;
  readonly clock: Clock;
  readonly credentials?: CredentialProvider;
  /** Certificate authorities in PEM trusted besides the default ones, for every host. */
  readonly extraCa?: readonly string[];
  /**
   * Certificate authorities in PEM trusted besides for one host, `registry.example.com` or `registry.example.com:5000`. Asked
   * at each request and compared by identity: another array, and the host gets new connections. Texts must be valid.
   */
  readonly authoritiesOf?: (host: string) => readonly string[];
  readonly proxy?: ProxySettings;
  /** Used in place of connections of its own, and closed by whoever made it. */
  readonly transport?: Transport;
  /** Connections kept to one origin; requests beyond it wait. */
  readonly maxConnectionsPerRegistry?: number;
  readonly timeouts?: Partial<Timeouts>;
  /** Told about every HTTP exchange. Must not throw. */
  readonly onRequest?: (record: RequestRecord) => void;
}
