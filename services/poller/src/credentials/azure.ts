import type { Transport } from '@tagstream/registry';
import type { EntraToken } from './azure-token.ts';
import type { Exchanged } from './exchange-cache.ts';

/** Refresh tokens of a registry live three hours; used when the token does not tell. */
const DEFAULT_LIFETIME_MS = 60 * 60 * 1000;

/** Tokens have some thousand characters. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** For the whole exchange with the registry. */
const TIMEOUT_MS = 15_000;

/** `shop.azurecr.io`, and the same in the clouds of China and of the US government. */
export function isAzureRegistry(host: string): boolean {
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.azurecr\.(?:io|cn|us)$/.test(host);
}

/** What the exchange needs from outside. */
export interface AzureDeps {
  readonly entraToken: () => Promise<EntraToken>;
  readonly transport: Pick<Transport, 'send'>;
}

/**
 * Exchanges a token of Microsoft Entra for a refresh token of one Azure Container Registry: `POST /oauth2/exchange` with
 * `grant_type=access_token` (Azure: "Authentication in ACR"). The registry's token service takes that as an identity token.
 * @throws Error when the registry refuses; what the others throw.
 */
export async function exchangeAzure(host: string, { entraToken, transport }: AzureDeps): Promise<Exchanged> {
  const { token } = await entraToken();
  const response = await transport.send({
    method: 'POST',
    url: new URL(`https://${host}/oauth2/exchange`),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'access_token', service: host, access_token: token }).toString(),
    insecure: false,
    maxBytes: MAX_ANSWER_BYTES,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    throw new Error(
      `${host} refuses the identity of this process with status ${response.status}: give it the role AcrPull.`,
    );
  }
  const identityToken = refreshTokenIn(response.body);
  if (identityToken === undefined) throw new Error(`${host} answered without a usable refresh token.`);
  return { credential: { identityToken }, expiresAtMs: expiryOf(identityToken) ?? Date.now() + DEFAULT_LIFETIME_MS };
}

function refreshTokenIn(body: Uint8Array): string | undefined {
  const token = parseJson(Buffer.from(body).toString('utf8'))?.refresh_token;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** The `exp` of a JSON web token, in milliseconds; the registry, not this, verifies it. */
function expiryOf(token: string): number | undefined {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const seconds = parseJson(payload)?.exp;
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function parseJson(text: string): { readonly refresh_token?: unknown; readonly exp?: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
