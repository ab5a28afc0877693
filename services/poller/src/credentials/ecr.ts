import { Agent } from 'node:https';
import type { ProxySettings } from '@tagstream/registry';
import type { Exchanged } from './exchange-cache.ts';

/** A region of Amazon ECR, as the host names of its registries tell it. */
export interface EcrRegion {
  readonly region: string;
  readonly fips: boolean;
}

/** Tokens live twelve hours; used when the answer does not tell. */
const DEFAULT_LIFETIME_MS = 12 * 60 * 60 * 1000;

/** Both connecting and waiting for the answer; the default of the SDK is to wait for ever. */
const TIMEOUT_MS = 10_000;

/** `123456789012.dkr.ecr.eu-west-1.amazonaws.com` and its variants for FIPS and China; undefined for any other host. */
export function ecrRegionOf(host: string): EcrRegion | undefined {
  const [, fips, region] = /^\d{12}\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host) ?? [];
  return region === undefined ? undefined : { region, fips: fips !== undefined };
}

/**
 * Asks Amazon ECR for a password, as whoever the AWS SDK finds this process to be: environment, shared files, a service
 * account's web identity (IRSA), EKS Pod Identity, or the instance's role. The SDK is loaded when this is called first.
 * @throws what the SDK throws.
 */
export async function exchangeEcr({ region, fips }: EcrRegion, proxy: ProxySettings | undefined): Promise<Exchanged> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  const client = new ECRClient({
    region,
    useFipsEndpoint: fips,
    requestHandler: {
      connectionTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      ...(proxy !== undefined && { httpsAgent: new Agent({ proxyEnv: proxyEnvironment(proxy) }) }),
    },
  });
  try {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const { authorizationToken = '', expiresAt } = authorizationData?.[0] ?? {};
    const pair = Buffer.from(authorizationToken, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    if (colon < 1) throw new Error('Amazon ECR answered without a usable token.');
    return {
      credential: { username: pair.slice(0, colon), password: pair.slice(colon + 1) },
      expiresAtMs: expiresAt?.getTime() ?? Date.now() + DEFAULT_LIFETIME_MS,
    };
  } finally {
    client.destroy();
  }
}

/** The SDK reads no proxy variables; Node's own agent does. */
function proxyEnvironment({ httpProxy, httpsProxy = httpProxy, noProxy }: ProxySettings): NodeJS.ProcessEnv {
  return { HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpProxy, NO_PROXY: noProxy };
}
