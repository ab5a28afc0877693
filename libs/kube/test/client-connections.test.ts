import { writeFile } from 'node:fs/promises';
import { type KubeError, resources } from '@tagstream/kube';
import { describe, expect, test } from 'vitest';
import { failure, startFakeApi } from './fake-api.ts';
import { item } from './fake-watch.ts';

const web = { resource: resources.configMaps, namespace: 'shop', name: 'web' };

async function errorOf(promise: Promise<unknown>): Promise<KubeError> {
  return await promise.then(
    () => expect.fail('the call was expected to fail'),
    (error: KubeError) => error,
  );
}

describe('credentials that are not accepted', () => {
  test('are read anew, and the request is sent once more', async () => {
    await using api = await startFakeApi();
    api.reply = ({ headers }) =>
      headers.authorization === 'Bearer fresh'
        ? { status: 200, body: item('web', '1') }
        : failure(401, 'Unauthorized', 'no');
    await using client = await api.client();
    await api.kubeconfig('fresh');
    expect((await client.get(web)).metadata.name).toBe('web');
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer fresh']);
    expect(api.connections()).toBe(1);
  });

  test('are read anew once for requests that fail together, and not at each later failure', async () => {
    await using api = await startFakeApi();
    api.reply = () => failure(401, 'Unauthorized', 'no');
    await using client = await api.client();
    const together = await Promise.all([1, 2, 3].map(async () => await errorOf(client.get(web))));
    expect(together.map(({ code }) => code)).toEqual(['unauthorized', 'unauthorized', 'unauthorized']);
    const sent = api.requests.length;
    expect(sent).toBeGreaterThan(3);
    await errorOf(client.get(web));
    expect(api.requests.length).toBe(sent + 1);
  });

  test('stay in use when the kubeconfig cannot be read for a moment', async () => {
    await using api = await startFakeApi();
    let accepted = false;
    api.reply = () => (accepted ? { status: 200, body: item('web', '1') } : failure(401, 'Unauthorized', 'not yet'));
    const kubeconfig = await api.kubeconfig('secret');
    await using client = await api.client({ kubeconfig });
    await writeFile(kubeconfig, 'a: [');
    expect(await errorOf(client.get(web))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/not yet/),
    });
    accepted = true;
    expect((await client.get(web)).metadata.name).toBe('web');
  });
});

describe('connections', () => {
  test('are kept, shared and bounded; watches have their own and cannot use them up', async () => {
    await using api = await startFakeApi();
    api.reply = () => ({ status: 200, body: item('web', '1') });
    await using client = await api.client({ maxConnections: 2 });
    const watching = Array.from({ length: 5 }, async () => {
      const opened = client.watch(resources.configMaps, { timeoutSeconds: 300, idleTimeoutMs: 60_000 });
      (await api.nextWatch()).accept();
      return await opened;
    });
    await Promise.all(watching);
    await Promise.all(Array.from({ length: 50 }, () => client.get(web)));
    expect(api.connections()).toBe(5 + 2);
  });
});
