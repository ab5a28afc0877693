import type { Exchanged } from './exchange-cache.ts';

/** What reading Artifact Registry and Container Registry takes; roles decide about the rest. */
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/** User name that stands for an access token (Google: "Authentication to Artifact Registry", access token). */
const USERNAME = 'oauth2accesstoken';

/** Access tokens live an hour; for one whose end is not told, less is assumed. */
const DEFAULT_LIFETIME_MS = 5 * 60 * 1000;

/** `europe-docker.pkg.dev`, `gcr.io`, `eu.gcr.io`. */
export function isGoogleRegistry(host: string): boolean {
  return /^(?:[a-z0-9-]+\.)*(?:pkg\.dev|gcr\.io)$/.test(host);
}

/**
 * Gets an access token of Google Cloud, as whoever Google's library finds this process to be: a credentials file (service
 * account, workload identity federation), or the metadata server of GKE and Compute Engine. The library is loaded when this is
 * called first.
 * @throws what the library throws.
 */
export async function exchangeGoogle(): Promise<Exchanged> {
  const { GoogleAuth } = await import('google-auth-library');
  // A new one each time: one that is kept would answer the token that it has until shortly before the end.
  const client = await new GoogleAuth({ scopes: SCOPES }).getClient();
  const { token } = await client.getAccessToken();
  if (!token) throw new Error('Google Cloud answered without an access token.');
  return {
    credential: { username: USERNAME, password: token },
    expiresAtMs: client.credentials.expiry_date ?? Date.now() + DEFAULT_LIFETIME_MS,
  };
}
