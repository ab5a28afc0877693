import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildTools,
  ensureDebianTools,
  type GitServer,
  type RegistryServer,
  startGitServer,
  startRegistry,
} from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TestExecutor, testExecutor } from './support/executor.ts';
import { type GitHttp, startGitHttp } from './support/git-http.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const USER = 'ada';
const PASSWORD = 'hunter-22';
/** bcrypt of the password. */
const HTPASSWD = '$2b$04$UaLGGc7DT2Bs2maIm0iM0.9C9.lZkyFEWsV6Qb6V62fmsLMenHvDy';

const unavailable = await ensureDebianTools(buildTools).then(
  () => undefined,
  (error: Error) => error.message,
);

const bytes = (text: string) => new TextEncoder().encode(text);
const dockerConfig = (host: string, password: string) => ({
  '.dockerconfigjson': bytes(
    JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${USER}:${password}`).toString('base64') } } }),
  ),
});

describe.skipIf(unavailable)(`builds with credentials${unavailable ? ` (skipped: ${unavailable})` : ''}`, () => {
  let dir: string;
  let git: GitServer;
  let http: GitHttp;
  let registry: RegistryServer;
  let builds: TestExecutor;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tagstream-credentials-'));
    const path = join(dir, 'htpasswd');
    await writeFile(path, `${USER}:${HTPASSWD}\n`);
    registry = await startRegistry({ auth: { htpasswd: { realm: 'test', path } } });
    git = await startGitServer();
    http = await startGitHttp(git.root, USER, PASSWORD);
    builds = await testExecutor(registry.host);
    await git.push('app.git', { Dockerfile: 'FROM scratch\nLABEL a=b\n' });
  });
  afterAll(async () => {
    await builds?.[Symbol.asyncDispose]();
    await http?.[Symbol.asyncDispose]();
    await git?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });

  const strategy = { type: 'Docker', dockerStrategy: {} } as const;
  const output = (pushSecret?: string) => ({
    to: { kind: 'DockerImage', name: 'x' },
    ...(pushSecret && { pushSecret: { name: pushSecret } }),
  });

  test('source and registry are reached with the Secrets that the Build names, and the log shows neither', async () => {
    const { result, log } = await builds.run(
      'shop/app:one',
      {
        source: { git: { uri: `http://${http.host}/app.git` }, sourceSecret: { name: 'git' } },
        strategy,
        output: output('push'),
      },
      {
        inputs: {
          secrets: new Map<string, Record<string, Uint8Array>>([
            ['git', { username: bytes(USER), password: bytes(PASSWORD) }],
            ['push', dockerConfig(registry.host, PASSWORD)],
          ]),
        },
      },
    );

    expect(log).toContain('Push successful');
    expect(result?.digest).toMatch(/^sha256:/);
    expect(http.seen).toContain(USER);
    expect(log).not.toContain(PASSWORD);
  });

  test('a password in the address works too, and is not shown', async () => {
    const uri = `http://${USER}:${PASSWORD}@${http.host}/app.git`;

    const { failure, log } = await builds.run('shop/app:two', { source: { git: { uri } }, strategy, output: {} });

    expect(failure).toBeUndefined();
    expect(log).toContain(`Cloning "http://${http.host}/app.git"`);
    expect(log).not.toContain(PASSWORD);
  });

  test('without a password git asks nobody and the build fails at once', async () => {
    const source = { git: { uri: `http://${http.host}/app.git` } };

    const { failure, log } = await builds.run('shop/app:three', { source, strategy, output: {} });

    expect(log).toContain('Cloning');
    expect(failure).toMatchObject({ code: 'FetchSourceFailed' });
  });

  test('the service account’s credentials count where the Build names none', async () => {
    const { result } = await builds.run(
      'shop/app:four',
      { source: { dockerfile: 'FROM scratch\nLABEL a=b\n' }, strategy, output: output() },
      {
        inputs: {
          secrets: new Map([['account', dockerConfig(registry.host, PASSWORD)]]),
          accountSecrets: ['account'],
        },
      },
    );

    expect(result?.digest).toMatch(/^sha256:/);
  });

  test('a registry that refuses the credentials', async () => {
    const { failure, log } = await builds.run(
      'shop/app:five',
      { source: { dockerfile: 'FROM scratch\nLABEL a=b\n' }, strategy, output: output('push') },
      { inputs: { secrets: new Map([['push', dockerConfig(registry.host, 'wrong-password')]]) } },
    );

    expect(failure).toMatchObject({ code: 'PushImageToRegistryFailed' });
    expect(log).not.toContain('wrong-password');
  });
});
