/** Issuers whose keys are at an address that their documentation gives: Google, GitHub Actions, GitLab.com. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['https://accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs'],
  ['https://token.actions.githubusercontent.com', 'https://token.actions.githubusercontent.com/.well-known/jwks'],
  ['https://gitlab.com', 'https://gitlab.com/oauth/discovery/keys'],
]);

/** Issuers of Microsoft Entra ID, for tokens of version 2 and version 1; the part in between is the tenant. */
const ENTRA_V2 = /^https:\/\/login\.microsoftonline\.com\/([0-9a-f-]{36})\/v2\.0$/;
const ENTRA_V1 = /^https:\/\/sts\.windows\.net\/([0-9a-f-]{36})\/$/;

/**
 * Where the keys of an issuer are.
 * @param configured counts more than what is known.
 * @returns undefined for an issuer that is not known, and for an address that is neither https nor on this machine.
 */
export function jwksUrl(issuer: string, configured: string | undefined): URL | undefined {
  const tenant = (ENTRA_V2.exec(issuer) ?? ENTRA_V1.exec(issuer))?.[1];
  const entra = tenant && `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`;
  const text = configured ?? KNOWN.get(issuer) ?? entra;
  const url = text && URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
  return isSafe ? url : undefined;
}
