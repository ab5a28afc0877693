import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { exchangeGoogle, isGoogleRegistry } from '../../src/credentials/google.ts';
import { startEndpoint } from './fake-endpoint.ts';

function environment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries({
    GOOGLE_APPLICATION_CREDENTIALS: '',
    GOOGLE_CLOUD_PROJECT: 'shop',
    ...variables,
  }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** The metadata server of GKE and Compute Engine. */
const startMetadata = () =>
  startEndpoint(({ path, headers }) => {
    const flavor = { 'metadata-flavor': 'Google' };
    if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: 'no' };
    if (path.includes('/service-accounts/default/token')) {
      return {
        headers: flavor,
        body: JSON.stringify({ access_token: 'from-metadata', expires_in: 3599, token_type: 'Bearer' }),
      };
    }
    return { headers: { ...flavor, 'content-type': 'text/plain' }, body: '123' };
  });

describe('Google Cloud', () => {
  test.each([
    ['europe-docker.pkg.dev', true],
    ['gcr.io', true],
    ['eu.gcr.io', true],
    ['notgcr.io', false],
    ['gcr.io.example.com', false],
    ['pkg.dev.example.com', false],
    ['docker.io', false],
  ])('%s is one of its registries or not', (host, isOne) => {
    expect(isGoogleRegistry(host)).toBe(isOne);
  });

  test('gives a token to the service account of the pod, by the metadata server', async () => {
    const metadata = await startMetadata();
    environment({ GCE_METADATA_HOST: metadata.host, HOME: '/nonexistent' });
    const before = Date.now();
    const { credential, expiresAtMs } = await exchangeGoogle();
    expect(credential).toEqual({ username: 'oauth2accesstoken', password: 'from-metadata' });
    expect(expiresAtMs).toBeGreaterThan(before + 3_500_000);
    expect(expiresAtMs).toBeLessThan(Date.now() + 3_700_000);
  });

  test('gives a token to an identity of another provider, by workload identity federation', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'google-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const sts = await startEndpoint(() => ({
      body: JSON.stringify({
        access_token: 'federated',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
      }),
    }));
    await writeFile(join(dir, 'token'), 'the-service-account-token');
    await writeFile(
      join(dir, 'credentials.json'),
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/cluster',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `${sts.url}/v1/token`,
        credential_source: { file: join(dir, 'token') },
      }),
    );
    environment({ GOOGLE_APPLICATION_CREDENTIALS: join(dir, 'credentials.json') });
    const { credential, expiresAtMs } = await exchangeGoogle();
    expect(credential).toEqual({ username: 'oauth2accesstoken', password: 'federated' });
    expect(expiresAtMs).toBeGreaterThan(Date.now() + 3_000_000);
    expect(new URLSearchParams(sts.requests[0]?.body).get('subject_token')).toBe('the-service-account-token');
  });

  test('that is not there says so', async () => {
    const nobody = await startEndpoint(() => ({ status: 404, body: 'no' }));
    environment({ GCE_METADATA_HOST: nobody.host, HOME: '/nonexistent' });
    await expect(exchangeGoogle()).rejects.toThrow();
  });
});
