import type { Build, BuildConfig } from '@tagstream/api-types';
import { type Bus, connectBus } from '@tagstream/bus';
import { type EventData, GitHook, WebhookStream } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { GitHost } from '../../src/git/git-host.ts';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { type HookCluster, type HookService, startHookCluster } from './hook-cluster.ts';

const LITERAL = 'a-literal-secret';
const REFERENCED = 'a-referenced-secret';
const ROTATED = 'a-rotated-secret';
const SIGNING = 'a-signing-secret';

/** From a write to its effect in another process on a busy machine; a Secret counts for five seconds. */
const patience = { timeout: 15_000 };

describe('hooks of BuildConfigs in a cluster', () => {
  const stack = new AsyncDisposableStack();
  let cluster: HookCluster;
  let services: readonly [HookService, HookService];
  let bus: Bus;

  beforeAll(async () => {
    cluster = stack.use(await startHookCluster(inject('natsUrl'), inject('kubeconfig')));
    await cluster.writeSecret('hook', { WebHookSecretKey: REFERENCED, unused: LITERAL });
    await cluster.writeConfig('web', [
      { type: 'GitHub', github: { secret: LITERAL } },
      { type: 'GitLab', gitlab: { secretReference: { name: 'hook' } } },
      { type: 'Generic', generic: { secret: LITERAL, allowEnv: true } },
    ]);
    // Definitions that were just applied answer 429 for a moment.
    await vi.waitFor(() => cluster.builds('web'), patience);
    services = [stack.use(await cluster.start()), stack.use(await cluster.start())];
    bus = stack.use(await connectBus({ servers: inject('natsUrl'), name: 'test', prefix: cluster.namespace }));
  });
  afterAll(() => stack.disposeAsync());

  /** Sends the recorded request of a host. */
  function send(config: string, secret: string, type: string, more: { id?: string; service?: HookService } = {}) {
    const { samples, proof } = gitHosts.get(type) as GitHost;
    const [sample] = samples;
    const body = Buffer.from(JSON.stringify(sample?.body));
    const { headers = {} } = config === 'signed' ? proof.sign(SIGNING, body, Date.now()) : {};
    const id = more.id !== undefined && { 'x-github-delivery': more.id, 'idempotency-key': more.id };
    const url = (more.service ?? services[0]).url(config, secret, type);
    return fetch(url, { method: 'POST', headers: { ...sample?.headers, ...headers, ...id }, body });
  }

  const names = async (config: string) => (await cluster.builds(config)).map(({ metadata }) => metadata.name).sort();

  test('a push becomes the next Build, with its cause and commit', async () => {
    const answered = await send('web', LITERAL, 'github', { id: 'first' });
    expect(answered.status).toBe(200);
    const build = (await answered.json()) as Build;
    expect(build).toMatchObject({
      kind: 'Build',
      apiVersion: 'build.openshift.io/v1',
      metadata: { name: 'web-1', namespace: cluster.namespace, uid: expect.any(String) },
      spec: {
        revision: { type: 'Git', git: { commit: '9bdc3a26ff933b32f3e558636b58aea86a69f051' } },
        triggeredBy: [{ message: 'GitHub WebHook', githubWebHook: { secret: '<secret>' } }],
      },
    });
    const config = await cluster.kube.get<BuildConfig>({
      resource: resources.buildConfigs,
      namespace: cluster.namespace,
      name: 'web',
    });
    expect(config.status?.lastVersion).toBe(1);
    expect(await names('web')).toEqual(['web-1']);
  });

  test('a delivery that comes again is answered with the same Build, also by the other replica and at the same time', async () => {
    await cluster.writeConfig('again', [{ type: 'GitHub', github: { secret: LITERAL } }]);
    await expect.poll(async () => (await send('again', LITERAL, 'github', { id: 'one' })).status, patience).toBe(200);
    const answers = await Promise.all(
      [0, 1, 0, 1, 0, 1].map((n) => send('again', LITERAL, 'github', { id: 'one', service: services[n as 0 | 1] })),
    );
    const built = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Build).metadata.name));
    expect(new Set(built)).toEqual(new Set(['again-1']));
    expect(await names('again')).toEqual(['again-1']);
    expect(((await (await send('again', LITERAL, 'github', { id: 'two' })).json()) as Build).metadata.name).toBe(
      'again-2',
    );
  });

  test('every call of a generic hook is a Build of its own, with its variables', async () => {
    const before = await names('web');
    for (const _again of [1, 2]) {
      const build = (await (await send('web', LITERAL, 'generic')).json()) as Build;
      expect(build.spec.strategy.dockerStrategy?.env).toEqual([{ name: 'EXAMPLE', value: 'sample-app' }]);
    }
    expect(await names('web')).toHaveLength(before.length + 2);
  });

  test('the secret may be in a Secret, and change there', async () => {
    expect((await send('web', LITERAL, 'gitlab')).status).toBe(401); // under another key
    expect((await send('web', REFERENCED, 'gitlab')).status).toBe(200);
    await cluster.writeSecret('hook', { WebHookSecretKey: ROTATED });
    await expect.poll(async () => (await send('web', ROTATED, 'gitlab', { id: 'x' })).status, patience).toBe(200);
    expect((await send('web', REFERENCED, 'gitlab')).status).toBe(401);
  });

  test('with a signing secret in the Secret, only signed deliveries count', async () => {
    await cluster.writeSecret('signing', { WebHookSecretKey: LITERAL, signingSecret: SIGNING });
    const triggers = [{ type: 'GitHub', github: { secretReference: { name: 'signing' } } }];
    await cluster.writeConfig('signed', triggers);
    await cluster.writeConfig('unsigned', triggers);
    await expect.poll(async () => (await send('signed', LITERAL, 'github')).status, patience).toBe(200);
    expect((await send('unsigned', LITERAL, 'github')).status).toBe(401);
    expect(await names('unsigned')).toEqual([]);
  });

  test('a BuildConfig is taken up when it appears and forgotten when it goes', async () => {
    expect((await send('late', LITERAL, 'github')).status).toBe(401);
    await cluster.writeConfig('late', [{ type: 'GitHub', github: { secret: LITERAL } }]);
    await expect.poll(async () => (await send('late', LITERAL, 'github', { id: 'a' })).status, patience).toBe(200);
    await cluster.kube.delete({ resource: resources.buildConfigs, namespace: cluster.namespace, name: 'late' });
    await expect.poll(async () => (await send('late', LITERAL, 'github', { id: 'b' })).status, patience).toBe(401);
  });

  test('a paused BuildConfig says so, in OpenShift’s words', async () => {
    await cluster.writeConfig('paused', [{ type: 'GitHub', github: { secret: LITERAL } }]);
    await cluster.kube.mergePatch(
      { resource: resources.buildConfigs, namespace: cluster.namespace, name: 'paused' },
      { metadata: { annotations: { 'openshift.io/build-config.paused': 'true' } } },
    );
    await expect.poll(async () => (await send('paused', LITERAL, 'github')).status, patience).toBe(500);
    const { message } = (await (await send('paused', LITERAL, 'github')).json()) as { message: string };
    expect(message).toContain('could not generate a build: ');
    expect(message).toContain('BuildConfig is paused');
  });

  test('while the API server is away hooks are stored, and a later repetition finds what they led to', async () => {
    const stored: EventData<typeof GitHook>[] = [];
    await using _subscription = bus.subscribe(GitHook, {
      stream: WebhookStream,
      from: 'all',
      onEvent: ({ data }) => void stored.push(data),
    });
    expect((await send('web', ROTATED, 'gitlab', { id: 'before' })).status).toBe(200);
    const before = await names('web');
    await cluster.gate.close();
    const [github, gitlab] = [
      await send('web', LITERAL, 'github', { id: 'away' }),
      await send('web', ROTATED, 'gitlab', { id: 'away' }),
    ];
    expect([github.status, gitlab.status]).toEqual([202, 202]);
    expect(await github.json()).toMatchObject({ kind: 'Status', status: 'Success', code: 202 });
    expect((await send('web', 'guessed', 'github')).status).toBe(401);
    expect((await fetch(`${services[0].process.adminUrl}/readyz`)).status).toBe(200);
    await expect.poll(() => stored.map(({ sender }) => sender), patience).toEqual(['GitHub', 'GitLab']);
    expect(stored[0]).toMatchObject({
      namespace: cluster.namespace,
      buildConfig: 'web',
      requestId: 'GitHub away 9bdc3a26ff933b32f3e558636b58aea86a69f051',
      revision: { git: { commit: '9bdc3a26ff933b32f3e558636b58aea86a69f051' } },
    });
    expect(await names('web')).toEqual(before);
    await cluster.gate.open();
    const again = async () => (await send('web', LITERAL, 'github', { id: 'away' })).status;
    await expect.poll(again, patience).toBe(200);
    expect(await again()).toBe(200);
    expect(await names('web')).toHaveLength(before.length + 1);

    // What nobody repeated is built by the build controller; what was, is not built twice.
    await using _builds = await startService('builds', {
      NATS_URL: inject('natsUrl'),
      KUBECONFIG: inject('kubeconfig'),
      TAGSTREAM_PREFIX: cluster.namespace,
      TAGSTREAM_NAMESPACE: cluster.namespace,
      TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    });
    await expect.poll(async () => (await names('web')).length, patience).toBe(before.length + 2);
    const causes = (await cluster.builds('web')).flatMap(({ spec }) => spec.triggeredBy?.[0]?.message ?? '');
    expect(causes.filter((cause) => cause === 'GitHub WebHook')).toHaveLength(2);
  });

  test('no secret, no URL and nothing of a body is in the log, and metrics say what became of deliveries', async () => {
    await send('web', 'guessed-secret', 'github');
    await send('web', 'guessed-secret/more', 'github');
    await send('nowhere-to-be-found', LITERAL, 'github');
    const log = JSON.stringify(services.map(({ process }) => process.lines()));
    for (const secret of [
      LITERAL,
      REFERENCED,
      ROTATED,
      SIGNING,
      'guessed',
      '/buildconfigs/web/webhooks',
      'nowhere-to-be-found',
      'Added license',
    ]) {
      expect(log).not.toContain(secret);
    }
    expect(log).toContain('build made by hook');
    expect(log).toContain('hook without a valid secret');
    const text = await (await fetch(`${services[0].process.adminUrl}/metrics`)).text();
    expect(text).toMatch(/tagstream_webhooks_git_outcomes_total\{type="github",outcome="built"\} [1-9]/);
    expect(text).toMatch(/tagstream_webhooks_git_outcomes_total\{type="github",outcome="deferred"\} [1-9]/);
    expect(text).toMatch(/tagstream_webhooks_git_rejected_total\{type="github",status="401"\} [1-9]/);
  });
});
