import { readFile } from 'node:fs/promises';
import type { KubeObject } from '@tagstream/api-types';
import { connectKube, type KubeError, resources } from '@tagstream/kube';
import { describe, expect, inject, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { temporaryDirectory } from './temporary-directory.ts';
import { openTestNamespace } from './test-namespace.ts';

interface Kubeconfig {
  clusters: { cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
}

/** The administrator's kubeconfig with changes, as the text of a file. */
async function changed(change: (config: Kubeconfig) => void): Promise<string> {
  const config = parse(await readFile(inject('kubeconfig'), 'utf8')) as Kubeconfig;
  change(config);
  return stringify(config);
}

async function errorOf(promise: Promise<unknown>): Promise<KubeError> {
  return await promise.then(
    () => expect.fail('the call was expected to fail'),
    (error: KubeError) => error,
  );
}

describe('credentials', () => {
  test('a service account token, which replaces in the kubeconfig one that is no longer accepted', async () => {
    await using scope = await openTestNamespace(inject('kubeconfig'));
    await using dir = await temporaryDirectory();
    const { client, namespace } = scope;
    await client.create<KubeObject>(resources.serviceAccounts, { metadata: { name: 'robot', namespace } });
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/robot/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = (await client.request('POST', path, { body })) as { status: { token: string } };
    const withToken = async (token: string) =>
      await changed(({ users }) => {
        for (const each of users) each.user = { token };
      });

    const kubeconfig = await dir.write('kubeconfig', await withToken('expired'));
    await using robot = await connectKube({ kubeconfig, userAgent: 'kube-test/1' });
    await dir.write('kubeconfig', await withToken(status.token));
    expect(await errorOf(robot.list(resources.secrets, { namespace }))).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining(
        `User "system:serviceaccount:${namespace}:robot" cannot list resource "secrets"`,
      ),
    });
  });

  test('impersonation', async () => {
    await using dir = await temporaryDirectory();
    const text = await changed(({ users }) => {
      for (const { user } of users) Object.assign(user, { as: 'bob', 'as-groups': ['cooks', 'bakers'] });
    });
    await using bob = await connectKube({ kubeconfig: await dir.write('config', text), userAgent: 'kube-test/1' });
    expect(await errorOf(bob.list(resources.pods))).toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/User "bob" cannot list resource "pods"/),
    });
  });
});

describe('the certificate of the API server', () => {
  test.each<[string, (cluster: Record<string, unknown>) => void]>([
    [
      'of an unknown authority',
      (cluster) => {
        delete cluster['certificate-authority-data'];
        delete cluster['certificate-authority'];
      },
    ],
    [
      'for another name',
      (cluster) => {
        cluster['tls-server-name'] = 'elsewhere.example';
      },
    ],
  ])('%s is refused, with a hint', async (_name, change) => {
    await using dir = await temporaryDirectory();
    const text = await changed(({ clusters }) => {
      for (const { cluster } of clusters) change(cluster);
    });
    await using client = await connectKube({ kubeconfig: await dir.write('config', text), userAgent: 'kube-test/1' });
    expect(await errorOf(client.request('GET', '/readyz'))).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^GET \/readyz: the API server's certificate was refused: .*check certificate-authority/,
      ),
    });
  });

  test('is checked against tls-server-name when that is set', async () => {
    await using dir = await temporaryDirectory();
    const text = await changed(({ clusters }) => {
      for (const { cluster } of clusters) cluster['tls-server-name'] = 'kubernetes.default.svc';
    });
    await using client = await connectKube({ kubeconfig: await dir.write('config', text), userAgent: 'kube-test/1' });
    expect(await client.request('GET', '/readyz')).toBe('ok');
  });
});
