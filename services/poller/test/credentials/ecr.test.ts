import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ecrRegionOf, exchangeEcr } from '../../src/credentials/ecr.ts';
import { type Endpoint, startEndpoint } from './fake-endpoint.ts';

const expiresAt = Math.floor(Date.now() / 1000) + 12 * 3600;
const token = Buffer.from('AWS:the:password').toString('base64');

/** Amazon ECR as its JSON protocol is: an operation named by a header, times in seconds. */
const startEcr = (status = 200) =>
  startEndpoint(({ headers }) => {
    if (status !== 200)
      return { status, body: JSON.stringify({ __type: 'AccessDeniedException', message: 'not you' }) };
    if (headers['x-amz-target'] !== 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken')
      return { status: 404, body: '{}' };
    return {
      body: JSON.stringify({
        authorizationData: [{ authorizationToken: token, expiresAt, proxyEndpoint: 'https://x' }],
      }),
    };
  });

/** The environment of a pod without any other identity. */
function environment(ecr: Endpoint, more: Record<string, string> = {}): void {
  const nothing = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_CONFIG_FILE: '/nonexistent',
  };
  for (const [name, value] of Object.entries({ ...nothing, AWS_ENDPOINT_URL_ECR: ecr.url, ...more }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('Amazon ECR', () => {
  test.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', { region: 'eu-west-1', fips: false }],
    ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', { region: 'us-gov-west-1', fips: true }],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { region: 'cn-north-1', fips: false }],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.com', undefined],
    ['evil-123456789012.dkr.ecr.eu-west-1.amazonaws.com', undefined],
    ['public.ecr.aws', undefined],
    ['s3.amazonaws.com', undefined],
  ])('is known by the host %s', (host, region) => {
    expect(ecrRegionOf(host)).toEqual(region);
  });

  test('gives a password to the keys of the environment, for the region of the registry', async () => {
    const ecr = await startEcr();
    environment(ecr, keys);
    expect(await exchangeEcr({ region: 'eu-west-1', fips: false }, undefined)).toEqual({
      credential: { username: 'AWS', password: 'the:password' },
      expiresAtMs: expiresAt * 1000,
    });
    expect(ecr.requests[0]?.headers.authorization).toContain('/eu-west-1/ecr/aws4_request');
  });

  test('gives a password to the web identity of a service account', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ecr-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    await writeFile(join(dir, 'token'), 'the-service-account-token');
    const sts = await startEndpoint(() => ({
      headers: { 'content-type': 'text/xml' },
      body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
        <Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>
        <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/poller/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>
        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    }));
    const ecr = await startEcr();
    environment(ecr, {
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/poller',
      AWS_WEB_IDENTITY_TOKEN_FILE: join(dir, 'token'),
      AWS_REGION: 'eu-west-1',
    });
    const { credential } = await exchangeEcr({ region: 'eu-west-1', fips: false }, undefined);
    expect(credential).toEqual({ username: 'AWS', password: 'the:password' });
    const asked = new URLSearchParams(sts.requests[0]?.body);
    expect(asked.get('Action')).toBe('AssumeRoleWithWebIdentity');
    expect(asked.get('WebIdentityToken')).toBe('the-service-account-token');
    expect(ecr.requests[0]?.headers.authorization).toContain('Credential=ASIAROLE/');
  });

  test('that refuses says so', async () => {
    environment(await startEcr(400), keys);
    await expect(exchangeEcr({ region: 'eu-west-1', fips: false }, undefined)).rejects.toThrow('not you');
  });

  test('is not asked without any identity', async () => {
    const ecr = await startEcr();
    environment(ecr);
    await expect(exchangeEcr({ region: 'eu-west-1', fips: false }, undefined)).rejects.toThrow(/credentials/i);
    expect(ecr.requests).toEqual([]);
  });

  test('is reached through the proxy', async () => {
    const firstLines: string[] = [];
    const proxy = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        firstLines.push(data.toString('latin1').split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    environment(await startEcr(), { ...keys, AWS_ENDPOINT_URL_ECR: 'https://ecr.example.com', AWS_MAX_ATTEMPTS: '1' });
    const { port } = proxy.address() as AddressInfo;
    const exchange = exchangeEcr({ region: 'eu-west-1', fips: false }, { httpsProxy: `http://127.0.0.1:${port}` });
    await expect(exchange).rejects.toThrow();
    expect(firstLines).toEqual(['CONNECT ecr.example.com:443 HTTP/1.1']);
  });
});
