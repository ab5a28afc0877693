/** What identifies us to the API server, for the requests of the next moments. */
export interface Credential {
  /** `authorization`, `impersonate-user` and the like, in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** PEM client certificate and key. */
  readonly cert?: string;
  readonly key?: string;
}

/** How the API server's own identity is checked. */
export interface ServerTrust {
  /** PEM certificates; absent: those that Node trusts. */
  readonly ca?: string;
  /** Name expected in the certificate, in place of the server's host. */
  readonly servername?: string;
  readonly insecureSkipVerify: boolean;
}

/** Where the API server is and how to be let in. */
export interface ClusterAccess {
  /** May have a path, when the API server stands behind a proxy that serves several. */
  readonly server: URL;
  readonly trust: ServerTrust;
  /** `http:`, `https:` or `socks5:` */
  readonly proxyUrl?: string;
  /** The credential to use now. Cheap to ask for each request: files and plugins are asked only when it is time. */
  readonly credential: () => Promise<Credential>;
}

/** What loading depends on beside the files themselves. */
export interface AccessContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
