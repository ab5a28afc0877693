import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { jwksUrl } from '../src/proofs/jwks-url.ts';
import { createTokenCheck, type TokenRules } from '../src/proofs/oidc.ts';
import { ProofError } from '../src/proofs/proof-error.ts';

const ISSUER = 'https://accounts.google.com';
const AUDIENCE = 'https://hooks.example.com/hooks/google';
const EMAIL = 'pubsub@acme.iam.gserviceaccount.com';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

describe('a token of an OIDC issuer', () => {
  let server: Server;
  let keys: Keys;
  let strangers: Keys;
  let rules: TokenRules;
  let asked: number;
  let answer: { status: number; body: string };

  beforeAll(async () => {
    keys = await generateKeyPair('RS256');
    strangers = await generateKeyPair('RS256');
    server = createServer((_request, response) => {
      asked++;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`;
    rules = {
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: new URL(url),
      claims: { email: EMAIL },
    };
  });
  beforeEach(async () => {
    asked = 0;
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) };
  });
  afterAll(() => void server.close());

  interface TokenChange {
    readonly claims?: Record<string, unknown>;
    readonly header?: Record<string, string>;
    readonly byStranger?: boolean;
    readonly expires?: string | number;
  }

  function token({
    claims = {},
    header = {},
    byStranger = false,
    expires = '5 min',
  }: TokenChange = {}): Promise<string> {
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, email: EMAIL, email_verified: true, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign((byStranger ? strangers : keys).privateKey);
  }

  test('with everything in order is authentic', async () => {
    await expect(createTokenCheck(rules)(await token())).resolves.toBe('oidc');
  });

  test.each<[string, TokenChange]>([
    ['of another issuer', { claims: { iss: 'https://accounts.example.com' } }],
    ['for another audience', { claims: { aud: 'https://somewhere.else' } }],
    ['of another service account', { claims: { email: 'attacker@other.iam.gserviceaccount.com' } }],
    ['whose address is not confirmed', { claims: { email_verified: false } }],
    ['whose address is no text', { claims: { email: [EMAIL] } }],
    ['that has expired', { expires: '-5 min' }],
    ['signed by somebody else under the same key id', { byStranger: true }],
    ['that names a key which is not the issuer’s', { header: { kid: 'k2' } }],
    ['that brings its own key', { header: { kid: 'k2', jku: 'http://127.0.0.1:1/keys' } }],
  ])('%s is refused', async (_what, change) => {
    await expect(createTokenCheck(rules)(await token(change))).resolves.toBeNull();
  });

  test('without an expiry is refused', async () => {
    const eternal = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, email: EMAIL, email_verified: true })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(keys.privateKey);
    await expect(createTokenCheck(rules)(eternal)).resolves.toBeNull();
  });

  test('signed with a shared key, the published one, is refused', async () => {
    const published = Buffer.from(answer.body);
    const forged = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, email: EMAIL, email_verified: true })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setExpirationTime('5 min')
      .sign(published);
    await expect(createTokenCheck(rules)(forged)).resolves.toBeNull();
  });

  test.each([
    ['missing', undefined],
    ['no token', 'hello'],
    ['not signed', `${btoa('{"alg":"none"}')}.${btoa('{}')}.`],
    ['as long as a header can be', 'x'.repeat(16_000)],
  ])('that is %s is refused, and no key is asked for', async (_what, text) => {
    await expect(createTokenCheck(rules)(text)).resolves.toBeNull();
    expect(asked).toBe(0);
  });

  test('needs the keys once for many', async () => {
    const check = createTokenCheck(rules);
    for (let i = 0; i < 5; i++) await check(await token());
    for (let i = 0; i < 5; i++) await check(await token({ header: { kid: `guess-${i}` } }));
    expect(asked).toBe(1);
  });

  test.each([
    ['fail', { status: 500, body: '' }],
    ['are no keys', { status: 200, body: '{}' }],
    ['are not JSON', { status: 200, body: 'oops' }],
  ])('cannot be judged while the keys %s, which is no refusal', async (_what, broken) => {
    answer = broken;
    await expect(createTokenCheck(rules)(await token())).rejects.toThrow(ProofError);
  });

  test('cannot be judged while the keys’ server is away', async () => {
    const nobody = { ...rules, keys: new URL('http://127.0.0.1:1/certs') };
    await expect(createTokenCheck(nobody)(await token())).rejects.toThrow(ProofError);
  });

  test.each<[string, TokenRules['claims'], Record<string, unknown>, 'oidc' | null]>([
    ['a pattern', { repository: ['shop/*'] }, { repository: 'shop/web' }, 'oidc'],
    ['a pattern that does not match', { repository: ['shop/*'] }, { repository: 'evil/web' }, null],
    ['one of several', { ref: ['refs/heads/main', 'refs/tags/*'] }, { ref: 'refs/tags/v1' }, 'oidc'],
    ['true or false', { email_verified: true }, {}, 'oidc'],
    ['something the token lacks', { project_path: 'shop/web' }, {}, null],
    ['two claims of which one is wrong', { email: EMAIL, sub: 'x' }, { sub: 'y' }, null],
  ])('is judged by claims: %s', async (_what, claims, has, verdict) => {
    const check = createTokenCheck({ ...rules, claims });
    await expect(check(await token({ claims: has }))).resolves.toBe(verdict);
  });
});

test.each([
  ['of Google', 'https://accounts.google.com', undefined, 'https://www.googleapis.com/oauth2/v3/certs'],
  [
    'of Entra ID',
    'https://login.microsoftonline.com/01234567-89ab-cdef-0123-456789abcdef/v2.0',
    undefined,
    'https://login.microsoftonline.com/01234567-89ab-cdef-0123-456789abcdef/discovery/v2.0/keys',
  ],
  [
    'of Entra ID, version 1',
    'https://sts.windows.net/01234567-89ab-cdef-0123-456789abcdef/',
    undefined,
    'https://login.microsoftonline.com/01234567-89ab-cdef-0123-456789abcdef/discovery/v2.0/keys',
  ],
  ['that are configured', 'https://git.example.com', 'https://git.example.com/keys', 'https://git.example.com/keys'],
  ['on this machine', 'http://x', 'http://127.0.0.1:5/keys', 'http://127.0.0.1:5/keys'],
  ['of an issuer that nobody knows', 'https://git.example.com', undefined, undefined],
  ['over plain http', 'https://git.example.com', 'http://git.example.com/keys', undefined],
  ['at no address', 'https://git.example.com', 'https://', undefined],
])('where the keys are: %s', (_what, issuer, configured, url) => {
  expect(jwksUrl(issuer, configured)?.href).toBe(url);
});
