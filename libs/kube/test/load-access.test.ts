import { rename } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { inClusterAccess } from '../src/in-cluster-access.ts';
import { loadAccess } from '../src/load-access.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const now = () => 0;

function kubeconfig(server: string): object {
  return {
    'current-context': 'only',
    clusters: [{ name: 'only', cluster: { server } }],
    contexts: [{ name: 'only', context: { cluster: 'only' } }],
  };
}

describe('where the cluster is looked for', () => {
  test('the named kubeconfig goes before KUBECONFIG, that before the home directory', async () => {
    await using dir = await temporaryDirectory();
    const named = await dir.write('named', kubeconfig('https://named'));
    const fromEnv = await dir.write('from-env', kubeconfig('https://from-env'));
    await dir.write('.kube/config', kubeconfig('https://home'));
    const env = { HOME: dir.path, KUBECONFIG: fromEnv };

    const hosts = [
      await loadAccess({ kubeconfig: named }, { env, now }),
      await loadAccess({}, { env, now }),
      await loadAccess({}, { env: { HOME: dir.path }, now }),
    ].map((access) => access.server.host);
    expect(hosts).toEqual(['named', 'from-env', 'home']);
  });

  test('files of KUBECONFIG that do not exist are passed over as long as one does', async () => {
    await using dir = await temporaryDirectory();
    const file = await dir.write('config', kubeconfig('https://there'));
    const access = await loadAccess({}, { env: { KUBECONFIG: `${dir.path}/missing:${file}::` }, now });
    expect(access.server.host).toBe('there');
    await expect(loadAccess({}, { env: { KUBECONFIG: `${dir.path}/missing` }, now })).rejects.toThrow(/does not exist/);
  });

  test('in a pod the service account goes before the home directory', async () => {
    await using dir = await temporaryDirectory();
    await dir.write('.kube/config', kubeconfig('https://home'));
    const env = { HOME: dir.path, KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    await expect(loadAccess({}, { env, now })).rejects.toThrow(/service account: cannot read \/var\/run/);
  });

  test('no cluster anywhere says what to set', async () => {
    await using dir = await temporaryDirectory();
    await expect(loadAccess({}, { env: { HOME: dir.path }, now })).rejects.toThrow(/set KUBECONFIG, or run in a pod/);
  });
});

describe('the service account of a pod', () => {
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };

  test('gives server, authority and token, and an IPv6 address is bracketed', async () => {
    await using dir = await temporaryDirectory();
    await dir.write('ca.crt', 'authority');
    await dir.write('token', 'first\n');
    const access = await inClusterAccess({ env, now }, dir.path);
    expect(access.server.href).toBe('https://[fd00::1]:6443/');
    expect(access.trust).toEqual({ ca: 'authority', insecureSkipVerify: false });
    expect(await access.credential()).toEqual({ headers: { authorization: 'Bearer first' } });
  });

  test('a rotated token is in use after a minute at the latest, and a file missing for a moment does no harm', async () => {
    await using dir = await temporaryDirectory();
    await dir.write('ca.crt', 'authority');
    const file = await dir.write('token', 'first');
    let time = 0;
    const access = await inClusterAccess({ env, now: () => time }, dir.path);
    const token = async () => (await access.credential()).headers.authorization;
    await dir.write('token', 'second');
    time = 59_999;
    expect(await token()).toBe('Bearer first');
    time = 60_000;
    expect(await token()).toBe('Bearer second');
    await rename(file, `${file}.gone`);
    time = 120_000;
    expect(await token()).toBe('Bearer second');
  });
});
