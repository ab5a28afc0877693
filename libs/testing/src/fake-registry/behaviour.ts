/** How the token service and the registry treat strangers and friends. */
export type FakeAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly users: Readonly<Record<string, string>> }
  | {
      readonly kind: 'bearer';
      readonly users: Readonly<Record<string, string>>;
      /** Identity tokens that the token service exchanges by POST. */
      readonly identityTokens?: readonly string[];
      /** True gives tokens that allow pulling to everybody. */
      readonly anonymousPull?: boolean;
      /** Lifetime of tokens; the answer leaves it out when undefined, and the token lives 60 s then. */
      readonly lifetimeS?: number;
      /** Put into the challenge instead of the registry's own token service. */
      readonly realm?: string;
    };

/** What a real registry cannot be made to do, one switch each. Everything off is a registry that behaves. */
export interface FakeBehaviour {
  readonly auth: FakeAuth;
  /** Leaves `Docker-Content-Digest` out, as some proxies do. */
  readonly withoutDigestHeader: boolean;
  /** Announces this digest whatever is sent. */
  readonly announcedDigest: string | undefined;
  /** Flips a byte of every body of a manifest or blob; the announced digest stays that of the original. */
  readonly corruptBodies: boolean;
  /** Sends half of every body of a manifest or blob and cuts the connection. */
  readonly truncateBodies: boolean;
  /** Content-Type of manifests, instead of their own. */
  readonly contentType: string | undefined;
  /** Answers everything below /v2/ with this. */
  readonly fail:
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
    | undefined;
  /** Accepts requests below /v2/ and never answers them. */
  readonly silent: boolean;
  /** Sent with every answer below /v2/: `ratelimit-remaining`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Most tags on one page, also when none or more are asked for. */
  readonly maxPageSize: number;
  /** Host that the links to next pages name; a relative link when undefined. */
  readonly linkOrigin: string | undefined;
  /** Answers GET of a blob with a redirect to this origin, path kept. */
  readonly redirectBlobsTo: string | undefined;
}

/** A registry that does nothing strange; `behave(wellBehaved)` turns all switches off. */
export const wellBehaved: FakeBehaviour = {
  auth: { kind: 'none' },
  withoutDigestHeader: false,
  announcedDigest: undefined,
  corruptBodies: false,
  truncateBodies: false,
  contentType: undefined,
  fail: undefined,
  silent: false,
  headers: {},
  maxPageSize: 1000,
  linkOrigin: undefined,
  redirectBlobsTo: undefined,
};

/** What a request was for. */
export type FakeRequestKind =
  | 'ping'
  | 'head_manifest'
  | 'get_manifest'
  | 'head_blob'
  | 'get_blob'
  | 'tags'
  | 'push'
  | 'token'
  | 'other';

/** A request that arrived, in order of arrival. */
export interface FakeRequest {
  readonly kind: FakeRequestKind;
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
