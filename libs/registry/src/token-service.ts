import { hash } from 'node:crypto';
import { RegistryError } from './errors.ts';
import { toStatusError } from './status-error.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';
import type { Credential } from './types.ts';

/** Lifetime of a token whose answer does not tell (distribution token specification, `expires_in`). */
const DEFAULT_LIFETIME_S = 60;

/** Longest lifetime that is believed; a token that is refused earlier is replaced anyway. */
const MAX_LIFETIME_S = 24 * 60 * 60;

/** Tokens are some kilobytes; those of cloud registries can be ten. */
const MAX_TOKEN_ANSWER_BYTES = 256 * 1024;

/** Name this client gives in the OAuth2 exchange; the specification wants one and nothing is registered anywhere. */
const CLIENT_ID = 'tagstream';

/** What a token is asked for. */
export interface TokenRequest {
  readonly realm: string;
  readonly service: string;
  /** `repository:library/nginx:pull` */
  readonly scope: string;
  readonly credential: Credential | undefined;
  readonly insecure: boolean;
}

export interface Token {
  readonly token: string;
  readonly lifetimeMs: number;
}

/** Equal for requests that the same token answers. Holds a digest of the credential, not the credential. */
export function tokenKey(request: TokenRequest): string {
  const { realm, service, scope, credential, insecure } = request;
  const identity = credential === undefined ? 'anonymous' : JSON.stringify(credential);
  return hash('sha256', JSON.stringify([realm, service, scope, identity, insecure]));
}

interface Context {
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** The registry and repository that the token is for, for messages. */
  readonly host: string;
  readonly repository: string;
}

/**
 * Exchanges a credential, or nothing, for a bearer token: by GET with basic authentication (distribution token
 * specification), or by POST with an identity token (its OAuth2 variant).
 *
 * @throws {RegistryError} `unauthorized` when the credentials are refused; otherwise what went wrong on the way.
 */
export async function requestToken(request: TokenRequest, context: Context): Promise<Token> {
  const { host, repository } = context;
  const realm = realmUrl(request, host);
  const response = await context.send({ ...exchangeOf(request, realm, context.headers), signal: context.signal });
  if (response.status === 401 || (response.status === 400 && isIdentity(request.credential))) {
    throw new RegistryError('unauthorized', refusal(request, host, repository), {
      host,
      repository,
      status: response.status,
    });
  }
  if (response.status === 404 || response.status === 405) {
    // Not `not_found`: that would read as if the image did not exist.
    const message = `${host} names ${realm.host} as its token service, which is none.`;
    throw new RegistryError('invalid', message, { host, repository, status: response.status });
  }
  if (response.status !== 200) {
    throw toStatusError(
      response,
      { host: realm.host, repository: `${host}/${repository}`, what: 'a token' },
      context.nowMs(),
    );
  }
  return readToken(response.body, realm.host);
}

function exchangeOf(
  { service, scope, credential, insecure }: TokenRequest,
  realm: URL,
  headers: Readonly<Record<string, string>>,
): Omit<HttpRequest, 'signal'> {
  const common = { insecure, maxBytes: MAX_TOKEN_ANSWER_BYTES };
  if (isIdentity(credential)) {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: credential.identityToken,
      service,
      scope,
      client_id: CLIENT_ID,
    };
    return {
      ...common,
      method: 'POST',
      url: realm,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    };
  }
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const basic =
    credential !== undefined && 'username' in credential ? { authorization: basicAuthorization(credential) } : {};
  return { ...common, method: 'GET', url, headers: { ...headers, ...basic } };
}

/** The value of an Authorization header for a user name and password (RFC 7617, UTF-8). */
export function basicAuthorization(credential: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`, 'utf8').toString('base64')}`;
}

/** True for a token that can stand in a header: visible ASCII only, above all no line breaks. */
export function isHeaderSafe(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

function isIdentity(credential: Credential | undefined): credential is { readonly identityToken: string } {
  return credential !== undefined && 'identityToken' in credential;
}

/** Passwords go to the realm, so it must be HTTPS unless the caller accepts an insecure registry. */
function realmUrl({ realm, insecure }: TokenRequest, host: string): URL {
  const url = URL.parse(realm);
  if (url === null) throw new RegistryError('invalid', `${host} names no valid token service.`, { host });
  if (url.protocol === 'https:' || (url.protocol === 'http:' && insecure)) return url;
  if (url.protocol === 'http:') {
    throw new RegistryError('plain_http', `${host} names a token service without TLS; credentials do not go there.`, {
      host,
    });
  }
  throw new RegistryError('invalid', `${host} names a token service that is not HTTP.`, { host });
}

function readToken(body: Uint8Array, host: string): Token {
  const json = parseJson(body);
  const token = [json?.token, json?.access_token].find((value) => typeof value === 'string' && value !== '');
  if (typeof token !== 'string' || !isHeaderSafe(token)) {
    throw new RegistryError('invalid', `The token service ${host} answered without a usable token.`, { host });
  }
  const seconds = Number(json?.expires_in);
  const lifetimeS = seconds > 0 ? Math.min(seconds, MAX_LIFETIME_S) : DEFAULT_LIFETIME_S;
  return { token, lifetimeMs: lifetimeS * 1000 };
}

function parseJson(body: Uint8Array): { token?: unknown; access_token?: unknown; expires_in?: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

function refusal(request: TokenRequest, host: string, repository: string): string {
  if (request.credential === undefined) return `${host} gives nobody without credentials access to ${repository}.`;
  if (isIdentity(request.credential)) return `${host} refuses the identity token for ${repository}.`;
  return `${host} refuses the credentials for ${repository}: incorrect username or password.`;
}
