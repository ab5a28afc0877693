import type { FakeAuth, FakeRequest } from './behaviour.ts';
import { type FakeResponse, json, ociError } from './fake-response.ts';

/** Lifetime of a token whose answer does not tell (distribution token specification). */
const DEFAULT_LIFETIME_S = 60;

/** The token service and the door of the fake registry. */
export class FakeAuthority {
  readonly #tokens = new Map<string, { readonly scope: string; readonly expiresAt: number }>();
  readonly #now: () => number;
  #issued = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes all tokens given out so far invalid. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  /** Undefined lets the request in; otherwise the refusal. */
  check(auth: FakeAuth, request: FakeRequest, repository: string, origin: string): FakeResponse | undefined {
    if (auth.kind === 'none') return undefined;
    const header = String(request.headers.authorization ?? '');
    if (auth.kind === 'basic') {
      if (userOf(header, auth.users) !== undefined) return undefined;
      return ociError(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="fake registry"' });
    }
    const action = request.kind === 'push' ? 'push' : 'pull';
    const token = this.#tokens.get(header.replace(/^Bearer /, ''));
    const isValid = token !== undefined && token.expiresAt > this.#now();
    if (isValid && allows(token.scope, repository, action)) return undefined;
    const scope = `repository:${repository}:${action === 'push' ? 'pull,push' : 'pull'}`;
    const realm = auth.realm ?? `${origin}/token`;
    const challenge = `Bearer realm="${realm}",service="fake registry",scope="${scope}"${isValid ? ',error="insufficient_scope"' : ''}`;
    return ociError(401, 'UNAUTHORIZED', { 'www-authenticate': challenge });
  }

  /** Answers the token service's endpoint, GET and POST. */
  token(auth: FakeAuth, request: FakeRequest): FakeResponse {
    if (auth.kind !== 'bearer') return { status: 404 };
    const form = new URLSearchParams(request.method === 'POST' ? request.body : request.path.split('?')[1]);
    const scope = form.get('scope') ?? '';
    const header = String(request.headers.authorization ?? '');
    const known =
      request.method === 'POST'
        ? auth.identityTokens?.includes(form.get('refresh_token') ?? '') === true
        : userOf(header, auth.users) !== undefined;
    const isAnonymous = request.method === 'GET' && header === '';
    if (!known && !(isAnonymous && auth.anonymousPull)) return ociError(401, 'UNAUTHORIZED');
    const token = `token-${++this.#issued}`;
    const granted = known ? scope : scope.replace(/:[^:]*$/, ':pull');
    const lifetimeS = auth.lifetimeS ?? DEFAULT_LIFETIME_S;
    this.#tokens.set(token, { scope: granted, expiresAt: this.#now() + lifetimeS * 1000 });
    const expiry = auth.lifetimeS === undefined ? {} : { expires_in: auth.lifetimeS };
    return json(200, request.method === 'POST' ? { access_token: token, ...expiry } : { token, ...expiry });
  }
}

function userOf(header: string, users: Readonly<Record<string, string>>): string | undefined {
  const [, encoded] = /^Basic (.+)$/.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return Object.hasOwn(users, user) && users[user] === password.join(':') ? user : undefined;
}

function allows(scope: string, repository: string, action: string): boolean {
  const [, name, actions] = /^repository:(.+):([^:]*)$/.exec(scope) ?? [];
  return name === repository && (actions ?? '').split(',').includes(action);
}
