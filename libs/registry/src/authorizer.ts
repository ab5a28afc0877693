import { type Challenge, parseChallenges } from './challenge.ts';
import { RegistryError } from './errors.ts';
import { ExpiringMap } from './expiring-map.ts';
import { TokenCache } from './token-cache.ts';
import { basicAuthorization, isHeaderSafe, type Token, type TokenRequest } from './token-service.ts';
import type { Clock, Credential } from './types.ts';

/** Registries and repositories whose way of authentication is remembered. */
const MAX_REMEMBERED = 10_000;

/** Then the registry is asked anew how it wants to be authenticated, in case that changed. */
const REMEMBERED_MS = 60 * 60 * 1000;

/** Who wants to read what. */
export interface AuthTarget {
  /** Scheme and host of the registry: what credentials are sent to. */
  readonly origin: string;
  readonly host: string;
  readonly repository: string;
  readonly insecure: boolean;
  readonly credential: () => Promise<Credential | undefined>;
  /** Runs a lookup in the token cache, handing it the way to fetch a token that is not there. */
  readonly getToken: (
    get: (fetchToken: (request: TokenRequest) => Promise<Token>) => Promise<string>,
  ) => Promise<string>;
}

/** An Authorization header, and what to forget when it is refused. */
export interface Authorization {
  readonly header: string;
  readonly token?: { readonly request: TokenRequest; readonly value: string };
}

type Method =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string };

/**
 * Decides what to put into the Authorization header. What a registry asked for once is remembered, so that the next
 * request carries a token at once instead of being refused first.
 */
export class Authorizer {
  readonly #methods: ExpiringMap<Method>;
  readonly #scopes: ExpiringMap<string>;
  readonly #tokens: TokenCache;

  constructor(clock: Clock) {
    this.#methods = new ExpiringMap(clock, MAX_REMEMBERED);
    this.#scopes = new ExpiringMap(clock, MAX_REMEMBERED);
    this.#tokens = new TokenCache(clock);
  }

  /** What to send with a first request; undefined when the registry is not known to want anything. */
  async authorize(target: AuthTarget): Promise<Authorization | undefined> {
    const method = this.#methods.get(methodKey(target));
    return method === undefined ? undefined : this.#authorizeBy(method, target);
  }

  /**
   * What to send after a 401: reads the challenge, forgets the refused token, gets another.
   *
   * @throws {RegistryError} `unauthorized` when there is nothing better to send; `unsupported` for challenges that are
   *   neither Bearer nor Basic.
   */
  async reauthorize(
    target: AuthTarget,
    refused: Authorization | undefined,
    header: string | undefined,
  ): Promise<Authorization> {
    if (refused?.token !== undefined) this.#tokens.forget(refused.token.request, refused.token.value);
    const challenges = parseChallenges(header ?? '');
    const bearer = challenges.find((c) => c.scheme === 'bearer' && c.params.realm !== undefined);
    const basic = challenges.find((c) => c.scheme === 'basic');
    if (bearer === undefined && basic === undefined) throw withoutKnownChallenge(target, challenges);
    const method: Method =
      bearer === undefined
        ? { kind: 'basic' }
        : { kind: 'bearer', realm: bearer.params.realm ?? '', service: bearer.params.service ?? '' };
    this.#methods.set(methodKey(target), method, REMEMBERED_MS);
    if (bearer?.params.scope) this.#scopes.set(scopeKey(target), bearer.params.scope, REMEMBERED_MS);
    const next = await this.#authorizeBy(method, target);
    if (next === undefined) throw refusedAccess(target, 'and no credentials for it are known');
    if (next.header === refused?.header) throw refusedAccess(target, WRONG_PASSWORD);
    return next;
  }

  async #authorizeBy(method: Method, target: AuthTarget): Promise<Authorization | undefined> {
    const credential = await target.credential();
    if (credential !== undefined && 'token' in credential) return readyToken(credential.token, target);
    if (method.kind === 'basic') {
      return credential !== undefined && 'username' in credential
        ? { header: basicAuthorization(credential) }
        : undefined;
    }
    const scope = this.#scopes.get(scopeKey(target)) ?? `repository:${target.repository}:pull`;
    const request: TokenRequest = {
      realm: method.realm,
      service: method.service,
      scope,
      credential,
      insecure: target.insecure,
    };
    const value = await target.getToken((fetchToken) => this.#tokens.get(request, () => fetchToken(request)));
    return { header: `Bearer ${value}`, token: { request, value } };
  }
}

/**
 * What was learnt over a connection that anybody could have tampered with is used on such connections only; else it could
 * make a verified one send its credentials to a false token service.
 */
function methodKey(target: AuthTarget): string {
  return target.insecure ? `insecure ${target.origin}` : target.origin;
}

function scopeKey(target: AuthTarget): string {
  return `${methodKey(target)}/${target.repository}`;
}

function readyToken(token: string, target: AuthTarget): Authorization {
  if (isHeaderSafe(token)) return { header: `Bearer ${token}` };
  throw refusedAccess(target, 'to a token with characters that no token has; look at the credentials');
}

function withoutKnownChallenge(target: AuthTarget, challenges: readonly Challenge[]): RegistryError {
  if (challenges.length === 0) return refusedAccess(target, 'and does not say how to authenticate');
  const schemes = challenges.map((c) => c.scheme).join(', ');
  const { host, repository } = target;
  return new RegistryError('unsupported', `${host} wants authentication by ${schemes}, which is not supported.`, {
    host,
    repository,
  });
}

/** OpenShift decides by the last words whether to try again without credentials. */
export const WRONG_PASSWORD = 'with these credentials: incorrect username or password';

/** The error for a registry that keeps answering 401. */
export function refusedAccess(
  target: { readonly host: string; readonly repository: string },
  why: string,
): RegistryError {
  const { host, repository } = target;
  return new RegistryError('unauthorized', `${host} refuses access to ${repository} ${why}.`, {
    host,
    repository,
    status: 401,
  });
}
