import { type KubeError, type RequestMetrics, resources } from '@tagstream/kube';
import { describe, expect, test } from 'vitest';
import { failure, type Reply, startFakeApi } from './fake-api.ts';
import { item } from './fake-watch.ts';

const web = { resource: resources.configMaps, namespace: 'shop', name: 'web' };

async function errorOf(promise: Promise<unknown>): Promise<KubeError> {
  return await promise.then(
    () => expect.fail('the call was expected to fail'),
    (error: KubeError) => error,
  );
}

describe('what is sent', () => {
  test('a patch names its content type, field manager, dry run and subresource', async () => {
    await using api = await startFakeApi();
    api.reply = () => ({ status: 200, body: item('web', '2') });
    await using client = await api.client();
    await client.mergePatch(web, { data: { a: 'b' } }, { subresource: 'status', fieldManager: 'me', dryRun: true });
    const [{ method, path, query, headers, body }] = api.requests as [(typeof api.requests)[0]];
    expect([method, path]).toEqual(['PATCH', '/api/v1/namespaces/shop/configmaps/web/status']);
    expect(Object.fromEntries(query)).toEqual({ fieldManager: 'me', dryRun: 'All' });
    expect(headers).toMatchObject({
      'content-type': 'application/merge-patch+json',
      'user-agent': 'kube-test/1',
      authorization: 'Bearer secret',
    });
    expect(JSON.parse(body)).toEqual({ data: { a: 'b' } });
  });

  test('created objects get apiVersion and kind, applied ones name and namespace too', async () => {
    await using api = await startFakeApi();
    api.reply = () => ({ status: 201, body: item('web', '1') });
    await using client = await api.client();
    await client.create(resources.replicationControllers, item('web', '1'));
    await client.apply(web, { data: {} }, { fieldManager: 'me', force: true });
    expect(api.requests.map(({ body }) => JSON.parse(body))).toEqual([
      { apiVersion: 'v1', kind: 'ReplicationController', ...item('web', '1') },
      { apiVersion: 'v1', kind: 'ConfigMap', data: {}, metadata: { name: 'web', namespace: 'shop' } },
    ]);
    expect(Object.fromEntries(api.requests[1]?.query ?? [])).toEqual({ fieldManager: 'me', force: 'true' });
  });

  test('an API server below a path is reached there', async () => {
    await using api = await startFakeApi();
    api.reply = ({ path }) => ({ status: 200, body: path });
    await using client = await api.client({
      kubeconfig: await api.kubeconfig('secret', `${api.url}/clusters/one/`),
    });
    expect(await client.request('GET', '/readyz', { query: { verbose: true, left: undefined } })).toBe(
      '/clusters/one/readyz',
    );
  });

  test('requests go through the proxy of the kubeconfig', async () => {
    await using proxy = await startFakeApi();
    proxy.reply = ({ path, headers }) => ({ status: 200, body: `${headers.host}${path}` });
    await using client = await proxy.client({
      kubeconfig: await proxy.kubeconfig('secret', 'http://kube.example:6443', proxy.url),
    });
    expect(await client.request('GET', '/readyz')).toBe('kube.example:6443/readyz');
  });
});

describe('a list', () => {
  test('joins its pages, and its items have apiVersion and kind', async () => {
    await using api = await startFakeApi();
    api.reply = ({ query }) => {
      const next = query.get('continue');
      const page = next === null ? { items: [item('a', '1'), item('b', '2')], metadata: { continue: 'more' } } : {};
      return { status: 200, body: { metadata: { resourceVersion: '9' }, items: [item('c', '3')], ...page } };
    };
    await using client = await api.client();
    const { items, resourceVersion } = await client.list(resources.configMaps, { pageSize: 2, labelSelector: 'a=b' });
    expect(items.map(({ metadata, kind, apiVersion }) => [metadata.name, kind, apiVersion])).toEqual([
      ['a', 'ConfigMap', 'v1'],
      ['b', 'ConfigMap', 'v1'],
      ['c', 'ConfigMap', 'v1'],
    ]);
    expect(resourceVersion).toBe('9');
    expect(api.requests.map(({ query }) => Object.fromEntries(query))).toEqual([
      { labelSelector: 'a=b', limit: '2' },
      { labelSelector: 'a=b', limit: '2', continue: 'more' },
    ]);
  });

  test('starts over when its continue token has expired, but not for ever', async () => {
    await using api = await startFakeApi();
    let expirations = 1;
    api.reply = ({ query }): Reply => {
      if (query.get('continue') === null) {
        return { status: 200, body: { metadata: { continue: 'more' }, items: [item('a', '1')] } };
      }
      if (expirations === 0) return { status: 200, body: { metadata: { resourceVersion: '9' }, items: null } };
      expirations -= 1;
      return failure(410, 'Expired', 'the continue token is too old');
    };
    await using client = await api.client();
    expect((await client.list(resources.configMaps)).items).toHaveLength(1);
    expirations = 100;
    expect(await errorOf(client.list(resources.configMaps))).toMatchObject({ code: 'gone', retryable: true });
  });
});

describe('failures', () => {
  test('a busy API server is reported with the time to wait, and not asked again', async () => {
    await using api = await startFakeApi();
    api.reply = () => ({
      ...(failure(429, 'TooManyRequests', 'slow down') as object),
      status: 429,
      headers: { 'retry-after': '2' },
    });
    await using client = await api.client();
    expect(await errorOf(client.get(web))).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 2000,
      message: 'GET /api/v1/namespaces/shop/configmaps/web answered 429 TooManyRequests: slow down',
    });
    expect(api.requests).toHaveLength(1);
  });

  test('a connection that is cut before the answer is unavailable', async () => {
    await using api = await startFakeApi();
    api.reply = () => 'reset';
    await using client = await api.client();
    expect(await errorOf(client.mergePatch(web, {}))).toMatchObject({ code: 'unavailable', retryable: true });
    expect(api.requests).toHaveLength(1);
  });

  test('no answer in time is a timeout', async () => {
    await using api = await startFakeApi();
    api.reply = () => 'hang';
    await using client = await api.client({ requestTimeoutMs: 50 });
    const error = await errorOf(client.get(web));
    expect(error).toMatchObject({ code: 'timeout' });
    expect(error.message).toBe('GET /api/v1/namespaces/shop/configmaps/web: no answer within 50 ms');
  });

  test('an aborted signal is thrown as its reason, before and during the call', async () => {
    await using api = await startFakeApi();
    api.reply = () => 'hang';
    await using client = await api.client();
    const controller = new AbortController();
    const running = errorOf(client.get(web, { signal: controller.signal }));
    await expect.poll(() => api.requests.length).toBe(1);
    const reason = new Error('shutting down');
    controller.abort(reason);
    expect(await running).toBe(reason);
    expect(await errorOf(client.get(web, { signal: controller.signal }))).toBe(reason);
    expect(api.requests).toHaveLength(1);
  });

  test('an answer that is not JSON is an error that shows its beginning', async () => {
    await using api = await startFakeApi();
    api.reply = () => ({ status: 200, body: '<html>Please log in</html>' });
    await using client = await api.client();
    expect((await errorOf(client.get(web))).message).toMatch(/answer is not JSON: <html>Please log in/);
  });

  test('a failed JSON patch without a test is invalid, with one it is a conflict', async () => {
    await using api = await startFakeApi();
    api.reply = () => failure(422, 'Invalid', 'the server rejected our request due to an error in our request');
    await using client = await api.client();
    expect(await errorOf(client.jsonPatch(web, [{ op: 'remove', path: '/data/a' }]))).toMatchObject({
      code: 'invalid',
    });
    expect(await errorOf(client.jsonPatch(web, [{ op: 'test', path: '/data/a', value: 1 }]))).toMatchObject({
      code: 'conflict',
      retryable: true,
      status: 422,
    });
  });

  test('after the client is closed, calls are refused and those in flight end', async () => {
    await using api = await startFakeApi();
    api.reply = () => 'hang';
    const client = await api.client();
    const running = errorOf(client.get(web));
    await expect.poll(() => api.requests.length).toBe(1);
    await client[Symbol.asyncDispose]();
    expect(await running).toMatchObject({ code: 'unavailable' });
    expect(await errorOf(client.get(web))).toMatchObject({ code: 'unavailable' });
  });
});

test('each request is measured once, whatever became of it; a fault in measuring changes nothing', async () => {
  await using api = await startFakeApi();
  const seen: RequestMetrics[] = [];
  await using client = await api.client({
    requestTimeoutMs: 50,
    onRequest(metrics) {
      seen.push(metrics);
      throw new Error('metrics are broken');
    },
  });
  api.reply = () => ({ status: 200, body: item('web', '1') });
  await client.get(web);
  api.reply = () => failure(404, 'NotFound', 'no such thing');
  await errorOf(client.delete(web));
  api.reply = () => 'hang';
  await errorOf(client.list(resources.pods));
  expect(seen.map(({ durationMs, ...rest }) => ({ ...rest, timed: durationMs > 0 }))).toEqual([
    { verb: 'get', resource: 'configmaps', status: 200, timed: true },
    { verb: 'delete', resource: 'configmaps', status: 404, code: 'not_found', timed: true },
    { verb: 'list', resource: 'pods', status: 0, code: 'timeout', timed: true },
  ]);
});
