import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BuildConfig } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { openNamespace } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { runCli } from './support/run-cli.ts';

const SECRET = 'correct-horse-battery-staple';

describe('tagstream webhook test', () => {
  const stack = new AsyncDisposableStack();
  let service: ServiceProcess;
  let url: string;
  let secretFile: string;
  let dir: string;
  let namespace: string;

  beforeAll(async () => {
    const own = stack.use(await openNamespace(inject('kubeconfig'), 'webhook-test'));
    const { kube } = own;
    namespace = own.namespace;
    const spec = {
      source: { git: { uri: 'https://git.example.com/shop/web.git', ref: 'main' } },
      strategy: { type: 'Docker', dockerStrategy: {} },
      triggers: [{ type: 'GitHub', github: { secret: SECRET } }],
    };
    const web = { metadata: { name: 'web', namespace }, spec } as BuildConfig;
    await kube.create(resources.buildConfigs, web);
    // Definitions that were just applied answer 429 for a moment.
    await vi.waitFor(() => kube.list(resources.builds, { namespace }), { timeout: 15_000 });
    dir = await mkdtemp(join(tmpdir(), 'webhook-test-'));
    stack.defer(() => rm(dir, { recursive: true }));
    secretFile = join(dir, 'secret');
    await writeFile(secretFile, `${SECRET}\n`);
    service = stack.use(
      await startService('webhooks', {
        NATS_URL: inject('natsUrl'),
        TAGSTREAM_PREFIX: `cli-hooks-${process.pid}`,
        TAGSTREAM_ADMIN_HOST: '127.0.0.1',
        TAGSTREAM_HTTP_HOST: '127.0.0.1',
        TAGSTREAM_HTTP_PORT: '0',
        TAGSTREAM_WEBHOOK_SECRETS: SECRET,
        TAGSTREAM_GIT_HOOKS: 'true',
        TAGSTREAM_NAMESPACE: namespace,
        KUBECONFIG: inject('kubeconfig'),
      }),
    );
    url = String((await service.logged((line) => line.message === 'hooks open')).address);
  });
  afterAll(() => stack.disposeAsync());

  test.each([
    'distribution',
    'docker-hub',
    'quay',
    'harbor',
    'github',
    'jfrog',
    'gitea',
    'native',
    'ecr-sns',
    'cloudevents',
  ])('%s: the recorded request is taken, by a secret from a file or from the environment', async (sender) => {
    const fromFile = await runCli(['webhook', 'test', sender, '--url', url, '--secret-file', secretFile]);
    expect(fromFile).toMatchObject({ code: 0, err: '' });
    expect(fromFile.out).toMatch(/^202 \{"accepted":[1-9],.*\nstored; pollers ask the registry now/);
    const env = { TAGSTREAM_WEBHOOK_SECRET: SECRET };
    expect((await runCli(['webhook', 'test', sender, '--url', url], { env })).out).toMatch(/^202 /);
  });

  test('a wrong secret, an unknown sender, a hook that is not there and a host that is away are said, and no secret', async () => {
    const env = { TAGSTREAM_WEBHOOK_SECRET: 'wrong-secret' };
    const wrong = await runCli(['webhook', 'test', 'quay', '--url', url], { env });
    expect(wrong).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: the hook did not take the request: the secret is not one of the receiver/),
    });
    expect(wrong.out).toMatch(/^401 /);
    const unknown = await runCli(['webhook', 'test', 'x', '--url', url], { env });
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('harbor');
    expect((await runCli(['webhook', 'test', 'quay', '--receiver', 'x', '--url', url], { env })).out).toMatch(/^404 /);
    expect((await runCli(['webhook', 'test', '--url', url])).code).toBe(2);
    expect((await runCli(['webhook', 'test', 'quay', '--url', 'hooks'])).code).toBe(2);
    const away = await runCli(['webhook', 'test', 'quay', '--url', 'http://127.0.0.1:1'], { env });
    expect(away.code).toBe(1);
    expect(away.err).toContain('127.0.0.1:1 did not answer');
    expect(JSON.stringify([wrong, unknown, away])).not.toContain('wrong-secret');
  });

  test('a receiver of a file is found there, with its kind and its secret', async () => {
    const file = join(dir, 'receivers.yaml');
    const receivers = [
      { name: 'harbor', sender: 'harbor', secrets: [{ env: 'HARBOR_SECRET' }, { file: secretFile }] },
      { name: 'quay', sender: 'quay', secrets: [{ file: join(dir, 'only-in-the-pod') }] },
    ];
    await writeFile(file, JSON.stringify({ receivers })); // YAML, too
    const send = (name: string, ...more: string[]) =>
      runCli(['webhook', 'test', name, '--receivers', file, '--url', url, ...more]);

    expect(await send('harbor')).toMatchObject({ code: 0, err: '' });
    expect(await send('quay')).toMatchObject({ code: 2, err: expect.stringContaining('give it with --secret-file') });
    expect(await send('quay', '--secret-file', secretFile)).toMatchObject({ code: 0 });
    expect(await send('nexus')).toMatchObject({ code: 2, err: expect.stringContaining('it has harbor, quay') });
    await writeFile(file, 'receivers: [{ name: x }]');
    expect(await send('x')).toMatchObject({ code: 1, err: expect.stringContaining('cannot be used: receivers[0]') });
  });

  test('the command line of curl sends the same request', async () => {
    const args = ['webhook', 'test', 'github', '--url', url, '--secret-file', secretFile, '--print-curl'];
    const { code, out } = await runCli(args);
    expect(code).toBe(0);

    const { stdout } = await promisify(execFile)('sh', ['-c', out.replace('curl ', 'curl --silent ')]);

    expect(stdout).toMatch(/^HTTP\/1\.1 202 /);
  });

  test('the URL of a BuildConfig is enough for a git hook', async () => {
    const hook = `${url}/apis/build.openshift.io/v1/namespaces/${namespace}/buildconfigs/web/webhooks/${SECRET}`;
    const built = await runCli(['webhook', 'test', '--url', `${hook}/github`, '--ref', 'refs/heads/main']);
    expect(built).toEqual({ code: 0, out: '200 build.build.openshift.io/web-1 made\n', err: '' });
    const other = await runCli(['webhook', 'test', '--url', `${hook}/github`]);
    expect(other).toEqual({ code: 0, out: '200\n', err: '' });
    const refused = await runCli(['webhook', 'test', '--url', `${hook}/gitlab`]);
    expect(refused).toMatchObject({ code: 1, out: '401 the webhook "gitlab" for "web" did not accept your secret\n' });
    const unknown = await runCli(['webhook', 'test', '--url', `${hook}/svn`]);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('github, gitlab, bitbucket, generic');
  });
});
