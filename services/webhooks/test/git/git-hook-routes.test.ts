import { describe, expect, test } from 'vitest';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { allTriggers, buildConfig, gitRequest, testGitHooks } from './git-hooks.ts';

const SECRET = 'secret101';
const open = () => testGitHooks({ config: buildConfig(allTriggers({ secret: SECRET })) });
const at = (path: string) => ({ path: `/apis/build.openshift.io/v1/namespaces/shop/buildconfigs/${path}` });
const refused = (type: string) => `the webhook "${type}" for "web" did not accept your secret`;

describe('the URLs of BuildConfigs', () => {
  test.each(['/apis/build.openshift.io/v1', '/apis/build/v1', '/oapi/v1'])('%s is one of them', async (prefix) => {
    const { app, orders } = open();
    const path = `${prefix}/namespaces/shop/buildconfigs/web/webhooks/${SECRET}/github`;
    expect((await app.inject(gitRequest('github', SECRET, { path }))).statusCode).toBe(200);
    expect(orders).toHaveLength(1);
  });

  test('a secret may have any characters but a slash', async () => {
    const secret = 'a %+?#"ü';
    const { app } = testGitHooks({ config: buildConfig(allTriggers({ secret })) });
    expect((await app.inject(gitRequest('github', encodeURIComponent(secret)))).statusCode).toBe(200);
  });

  test.each([
    ['#115 an empty sub-path', 'web/webhooks/', 400, 'unexpected hook subpath'],
    ['#115 no sub-path', 'web/webhooks', 400, 'unexpected hook subpath'],
    ['#115 a third segment', `web/webhooks/${SECRET}/github/more`, 400, 'unexpected hook subpath'],
    ['a slash at the end', `web/webhooks/${SECRET}/github/`, 400, 'unexpected hook subpath'],
    ['a slash in the secret', 'web/webhooks/a%2Fb/github', 400, 'unexpected hook subpath'],
    [
      '#115 a type that there is not',
      `web/webhooks/${SECRET}/missingplugin`,
      404,
      'buildconfighook.build.openshift.io "missingplugin" not found',
    ],
    [
      'types are lower case',
      `web/webhooks/${SECRET}/GitHub`,
      404,
      'buildconfighook.build.openshift.io "GitHub" not found',
    ],
    ['#113 another secret', 'web/webhooks/secret102/github', 401, refused('github')],
    ['#113 no secret', 'web/webhooks//github', 401, refused('github')],
    [
      '#113 a BuildConfig that there is not',
      `api/webhooks/${SECRET}/github`,
      401,
      'the webhook "github" for "api" did not accept your secret',
    ],
  ])('%s', async (_what, path, code, message) => {
    const { app, orders } = open();
    const response = await app.inject(gitRequest('github', SECRET, at(path)));
    expect(response.statusCode).toBe(code);
    expect(response.json()).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code });
    expect(response.json().message).toContain(message);
    expect(response.headers.connection).toBe('close');
    expect(orders).toEqual([]);
  });

  test('#113 a hook that is not enabled looks like a wrong secret', async () => {
    const { app } = testGitHooks({ config: buildConfig([{ type: 'GitLab', gitlab: { secret: SECRET } }]) });
    const response = await app.inject(gitRequest('github', SECRET));
    expect(response.json()).toMatchObject({ code: 401, reason: 'Unauthorized', message: refused('github') });
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)('#96 takes no %s', async (method) => {
    const { app, orders } = open();
    const response = await app.inject({ ...gitRequest('github', SECRET), method });
    expect(response.json()).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
    expect(response.headers.allow).toBe('POST');
    expect(orders).toEqual([]);
  });

  test('are no hooks of registries, and the other way round', async () => {
    const { app } = open();
    expect((await app.inject(gitRequest('github', SECRET, { path: `/hooks/${SECRET}/github` }))).statusCode).toBe(404);
  });
});

describe('the answer to a hook', () => {
  test('#114 is the Build', async () => {
    const { app, facts } = open();
    const response = await app.inject(gitRequest('github', SECRET));
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toContain('application/json');
    expect(response.json()).toMatchObject({
      kind: 'Build',
      apiVersion: 'build.openshift.io/v1',
      metadata: { namespace: 'shop', name: 'web-1' },
    });
    expect(response.headers).not.toHaveProperty('warning');
    expect(facts).toEqual(['received github', 'became built']);
  });

  test('is empty where there is nothing to build', async () => {
    const { app, orders } = open();
    const request = gitRequest('github', SECRET);
    for (const answered of [
      { ...request, headers: { ...request.headers, 'x-github-event': 'ping' } },
      { ...request, body: JSON.stringify({ ref: 'refs/heads/next' }) },
    ]) {
      const response = await app.inject(answered);
      expect([response.statusCode, response.body]).toEqual([200, '']);
    }
    expect(orders).toEqual([]);
  });

  test('#111 is a Status for a generic hook without a build', async () => {
    const { app, orders } = open();
    const response = await app.inject({ ...gitRequest('generic', SECRET), body: '{"git": {"ref": "next"}}' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      code: 200,
      message: 'skipping build. Branch reference from "next" does not match configuration',
    });
    expect(orders).toEqual([]);
  });

  test('#111 is one Build with the warning in a header, where OpenShift appends a Status', async () => {
    const { app, orders } = open();
    const request = gitRequest('generic', SECRET);
    const { 'content-type': _, ...headers } = request.headers as Record<string, string>;
    for (const type of [undefined, '*/*', 'bad', 'text/plain; charset="\u00fc"']) {
      const response = await app.inject({ ...request, headers: { ...headers, ...(type && { 'content-type': type }) } });
      expect(response.json()).toMatchObject({ kind: 'Build' });
      expect(response.headers.warning).toBe(
        '299 - "invalid Content-Type on payload, ignoring payload and continuing with build"',
      );
    }
    expect(orders).toHaveLength(4);
  });

  test('says what is wrong with a payload', async () => {
    const { app, orders, facts } = open();
    const response = await app.inject({ ...gitRequest('gitlab', SECRET), body: '' });
    expect(response.json()).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(response.json().message).toContain('unexpected end of JSON input');
    const mime = { ...gitRequest('generic', SECRET), headers: { 'content-type': 'bad//bad' } };
    expect((await app.inject(mime)).json()).toMatchObject({
      code: 400,
      message: 'error parsing Content-Type: mime: expected token after slash',
    });
    expect(orders).toEqual([]);
    expect(facts).toContain('rejected gitlab 400');
  });

  test('#116 says why a build could not be generated', async () => {
    const error = new Error("can't instantiate from BuildConfig shop/web: BuildConfig is paused");
    const { app, deferred } = testGitHooks({
      config: buildConfig(allTriggers({ secret: SECRET })),
      change: { start: async () => ({ kind: 'impossible', error }) },
    });
    const response = await app.inject(gitRequest('github', SECRET));
    expect(response.json()).toMatchObject({ code: 500, reason: 'InternalError', status: 'Failure' });
    expect(response.json().message).toBe(`Internal error occurred: could not generate a build: ${error.message}`);
    expect(deferred).toEqual([]);
  });

  test('#112c does not tell what an unforeseen error says, which the log does', async () => {
    const { app, facts } = testGitHooks({
      config: buildConfig(allTriggers({ secret: SECRET })),
      change: {
        start: () => {
          throw new Error('test error');
        },
      },
    });
    const response = await app.inject(gitRequest('github', SECRET));
    expect(response.json()).toMatchObject({ code: 500, message: 'Internal error occurred: hook failed' });
    expect(facts).toContain('failed Error: test error');
  });
});

describe('what a hook asks for', () => {
  test.each([
    ['github', 'GitHub WebHook', 'githubWebHook'],
    ['gitlab', 'GitLab WebHook', 'gitlabWebHook'],
    ['bitbucket', 'Bitbucket WebHook', 'bitbucketWebHook'],
    ['generic', 'Generic WebHook', 'genericWebHook'],
  ])('#117 %s: the cause says %s and not the secret', async (type, message, member) => {
    const { app, orders } = open();
    expect((await app.inject(gitRequest(type, SECRET))).statusCode).toBe(200);
    const [{ request, namespace } = { request: undefined, namespace: '' }] = orders;
    expect(namespace).toBe('shop');
    expect(request?.metadata).toEqual({ name: 'web' });
    expect(request?.revision?.git?.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(request?.triggeredBy).toEqual([{ message, [member]: { revision: request?.revision, secret: '<secret>' } }]);
  });

  test('is the same when a delivery comes again', async () => {
    const { app, orders } = open();
    for (const type of ['github', 'gitlab', 'bitbucket']) {
      for (const _again of [1, 2]) await app.inject(gitRequest(type, SECRET));
    }
    const ids = orders.map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe('GitHub 72d3162e-cc78-11e3-81ab-4c9367dc0958 9bdc3a26ff933b32f3e558636b58aea86a69f051');
    expect([ids[0], ids[2], ids[4]]).toEqual([ids[1], ids[3], ids[5]]);
  });

  test('is another one each time where the sender gives no id', async () => {
    const { app, orders } = open();
    const request = gitRequest('generic', SECRET);
    for (const _again of [1, 2]) await app.inject(request);
    for (const _again of [1, 2]) {
      await app.inject({ ...request, headers: { ...request.headers, 'idempotency-key': 'release-7' } });
    }
    const ids = orders.map(({ requestId }) => requestId);
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
  });

  test('keeps an id short', async () => {
    const { app, orders } = open();
    const request = gitRequest('github', SECRET);
    await app.inject({ ...request, headers: { ...request.headers, 'x-github-delivery': 'x'.repeat(5_000) } });
    expect(orders[0]?.requestId).toMatch(/^GitHub [0-9a-f]{64} [0-9a-f]{40}$/);
  });
});

describe('while something is away', () => {
  const later = { start: async () => ({ kind: 'later', error: new Error('connect ECONNREFUSED') }) as const };
  const config = buildConfig(allTriggers({ secret: SECRET, allowEnv: true }));

  test('a hook is kept for later when the API server is', async () => {
    const { app, deferred, facts } = testGitHooks({ config, change: { ...later, now: () => 0 } });
    const response = await app.inject(gitRequest('generic', SECRET));
    expect(response.statusCode).toBe(202);
    expect(response.json()).toMatchObject({ kind: 'Status', status: 'Success', code: 202 });
    expect(deferred).toEqual([
      {
        namespace: 'shop',
        buildConfig: 'web',
        sender: 'Generic',
        requestId: expect.stringMatching(/^Generic arrival-1 /),
        receivedAt: '1970-01-01T00:00:00.000Z',
        revision: { type: 'Git', git: expect.objectContaining({ message: 'Added license' }) },
        env: [{ name: 'EXAMPLE', value: 'sample-app' }],
        dockerStrategyOptions: { buildArgs: [{ name: 'VERSION', value: '1.4' }], noCache: true },
      },
    ]);
    expect(facts).toEqual(['received generic', 'later', 'became deferred']);
  });

  test('senders are told to come back when NATS is away too', async () => {
    const { app } = testGitHooks({
      config,
      change: {
        ...later,
        defer: async () => {
          throw new Error('no responders');
        },
      },
    });
    const response = await app.inject(gitRequest('github', SECRET));
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2']);
    expect(response.json()).toMatchObject({ reason: 'ServiceUnavailable' });
  });

  test('senders are told to come back while nobody knows which hooks there are, or their secrets', async () => {
    const reference = buildConfig(allTriggers({ secretReference: { name: 'hook' } }));
    for (const { app } of [
      testGitHooks({ config: 'unknown' }),
      testGitHooks({ config: reference, secrets: { 'shop/hook': 'unknown' } }),
    ]) {
      const response = await app.inject(gitRequest('github', SECRET));
      expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2']);
    }
  });
});

test('every kind of hook has requests to try it with, and each of them builds', async () => {
  for (const host of gitHosts.values()) {
    for (const sample of host.samples) {
      const { app, orders } = open();
      expect((await app.inject(gitRequest(host.type, SECRET, { sample }))).statusCode).toBe(200);
      expect(orders).toHaveLength(1);
    }
  }
});
