import { createRegistryTransport } from '@tagstream/registry';
import { testCertificate } from '@tagstream/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { exchangeAzure, isAzureRegistry } from '../../src/credentials/azure.ts';
import { entraToken } from '../../src/credentials/azure-token.ts';
import { type EndpointRequest, startEndpoint } from './fake-endpoint.ts';

const expirySeconds = Math.floor(Date.now() / 1000) + 3 * 3600;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refreshToken = `${part({ alg: 'RS256' })}.${part({ exp: expirySeconds })}.signature`;

const startRegistry = (answer: (request: EndpointRequest) => { status?: number; body: string }) =>
  startEndpoint(answer, { tls: true });

function depsOf(entra: () => Promise<{ token: string }>) {
  const transport = createRegistryTransport({ extraCa: [testCertificate.certificate] });
  onTestFinished(() => transport.close());
  return { entraToken: entra, transport };
}

describe('Azure Container Registry', () => {
  test.each([
    ['shop.azurecr.io', true],
    ['shop.westeurope.data.azurecr.io', true],
    ['shop.azurecr.cn', true],
    ['azurecr.io', false],
    ['shop.azurecr.io.example.com', false],
    ['shop.azurecr.io:5000', false],
  ])('%s is one or not', (host, isOne) => {
    expect(isAzureRegistry(host)).toBe(isOne);
  });

  test('exchanges a token of Entra for an identity token that lives as long as it says', async () => {
    const registry = await startRegistry(() => ({ body: JSON.stringify({ refresh_token: refreshToken }) }));
    const exchanged = await exchangeAzure(
      registry.host,
      depsOf(async () => ({ token: 'entra' })),
    );
    expect(exchanged).toEqual({ credential: { identityToken: refreshToken }, expiresAtMs: expirySeconds * 1000 });
    expect(registry.requests[0]).toMatchObject({ method: 'POST', path: '/oauth2/exchange' });
    expect(Object.fromEntries(new URLSearchParams(registry.requests[0]?.body))).toEqual({
      grant_type: 'access_token',
      service: registry.host,
      access_token: 'entra',
    });
  });

  test.each([
    ['a refusal', { status: 401, body: '{}' }, 'give it the role AcrPull'],
    ['something else', { body: 'no JSON' }, 'without a usable refresh token'],
    ['nothing', { body: '{"refresh_token":""}' }, 'without a usable refresh token'],
  ])('that answers %s fails', async (_what, answer, message) => {
    const registry = await startRegistry(() => answer);
    const exchange = exchangeAzure(
      registry.host,
      depsOf(async () => ({ token: 'entra' })),
    );
    await expect(exchange).rejects.toThrow(message);
    await expect(exchange).rejects.not.toThrow(/entra/);
  });

  test('is not asked when Entra knows nobody', async () => {
    const registry = await startRegistry(() => ({ body: '{}' }));
    await expect(
      exchangeAzure(
        registry.host,
        depsOf(() => Promise.reject(new Error('nobody'))),
      ),
    ).rejects.toThrow('nobody');
    expect(registry.requests).toEqual([]);
  });
});

describe('Entra', () => {
  test('gives a token to the managed identity of an App Service or a container app', async () => {
    const endpoint = await startEndpoint(() => ({
      body: JSON.stringify({
        access_token: 'managed',
        expires_on: String(expirySeconds),
        resource: 'x',
        token_type: 'Bearer',
      }),
    }));
    for (const [name, value] of Object.entries({
      IDENTITY_ENDPOINT: `${endpoint.url}/msi/token`,
      IDENTITY_HEADER: 'secret',
      AZURE_TENANT_ID: '',
      AZURE_CLIENT_ID: '',
      AZURE_FEDERATED_TOKEN_FILE: '',
    }))
      vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await entraToken()).toEqual({ token: 'managed' });
    expect(endpoint.requests[0]?.path).toContain('resource=https%3A%2F%2Fcontainerregistry.azure.net');
  });
});
