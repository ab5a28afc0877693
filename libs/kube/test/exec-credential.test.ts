import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { execCredentialSource } from '../src/exec-credential.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts';

const API_VERSION = 'client.authentication.k8s.io/v1';
const PATH = process.env.PATH;

/** A plugin that notes each start in `starts` and prints this status. */
async function plugin(dir: TemporaryDirectory, status: object): Promise<string> {
  const credential = JSON.stringify({ apiVersion: API_VERSION, kind: 'ExecCredential', status });
  return await dir.script('bin/plugin', `echo start >> ${dir.path}/starts\ncat <<'END'\n${credential}\nEND`);
}

async function starts(dir: TemporaryDirectory): Promise<number> {
  return (await readFile(`${dir.path}/starts`, 'utf8')).trim().split('\n').length;
}

function source(dir: TemporaryDirectory, exec: object, now: () => number = () => 0, cluster: object = {}) {
  const file = `${dir.path}/config`;
  return execCredentialSource(
    { file, fields: { apiVersion: API_VERSION, ...exec } },
    { file, fields: { ...cluster } },
    { env: { PATH, INHERITED: 'yes' }, now },
  );
}

describe('a credential plugin', () => {
  test('is found relative to the kubeconfig, and started once for callers that come together', async () => {
    await using dir = await temporaryDirectory();
    await plugin(dir, { token: 'abc' });
    const credential = source(dir, { command: './bin/plugin' });
    const answers = await Promise.all([credential(), credential(), credential()]);
    expect(answers).toEqual(Array(3).fill({ headers: { authorization: 'Bearer abc' } }));
    await credential();
    expect(await starts(dir)).toBe(1);
  });

  test('is started again shortly before its credential expires', async () => {
    await using dir = await temporaryDirectory();
    await plugin(dir, { token: 'abc', expirationTimestamp: '2026-01-01T00:10:00Z' });
    let time = Date.parse('2026-01-01T00:00:00Z');
    const credential = source(dir, { command: './bin/plugin' }, () => time);
    await credential();
    time = Date.parse('2026-01-01T00:09:49Z');
    await credential();
    expect(await starts(dir)).toBe(1);
    time = Date.parse('2026-01-01T00:09:51Z');
    await credential();
    expect(await starts(dir)).toBe(2);
  });

  test('may answer a client certificate', async () => {
    await using dir = await temporaryDirectory();
    await plugin(dir, { clientCertificateData: 'CRT', clientKeyData: 'KEY' });
    expect(await source(dir, { command: './bin/plugin' })()).toEqual({ headers: {}, cert: 'CRT', key: 'KEY' });
  });

  test('gets its arguments, its environment on top of ours, and what it is asked for', async () => {
    await using dir = await temporaryDirectory();
    const body = `printf '%s|%s|%s|%s' "$1" "$INHERITED" "$OWN" "$KUBERNETES_EXEC_INFO" > ${dir.path}/seen
echo '{"status":{"token":"t"}}'`;
    await dir.script('plugin', body);
    const exec = {
      command: './plugin',
      args: ['login'],
      env: [{ name: 'OWN', value: '1' }],
      provideClusterInfo: true,
    };
    await source(dir, exec, () => 0, { server: 'https://api', 'certificate-authority-data': 'Q0E=' })();
    const [argument, inherited, own, info] = (await readFile(`${dir.path}/seen`, 'utf8')).split('|');
    expect([argument, inherited, own]).toEqual(['login', 'yes', '1']);
    expect(JSON.parse(info ?? '')).toEqual({
      apiVersion: API_VERSION,
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {
          server: 'https://api',
          'insecure-skip-tls-verify': false,
          'certificate-authority-data': 'Q0E=',
        },
      },
    });
  });

  test.each<[string, string, object, string, RegExp]>([
    ['fails', 'echo no login >&2; exit 3', {}, 'unauthorized', /plugin failed: [\s\S]*no login/],
    ['fails, with a hint', 'exit 3', { installHint: 'Run: login' }, 'unauthorized', /Run: login$/],
    ['prints no JSON', 'echo hello', {}, 'unauthorized', /did not print JSON/],
    ['prints no credential', 'echo {}', {}, 'unauthorized', /neither a token nor a certificate/],
    ['wants a terminal', 'exit 0', { interactiveMode: 'Always' }, 'invalid', /wants a terminal/],
  ])('that %s is an error that says so', async (_name, body, exec, code, message) => {
    await using dir = await temporaryDirectory();
    await dir.script('plugin', body);
    const failing = source(dir, { command: './plugin', ...exec })();
    await expect(failing).rejects.toMatchObject({ code });
    await expect(failing).rejects.toThrow(message);
  });

  test('that failed is started again for the next caller', async () => {
    await using dir = await temporaryDirectory();
    await dir.script('plugin', 'exit 1');
    const credential = source(dir, { command: './plugin' });
    await expect(credential()).rejects.toThrow();
    await plugin(dir, { token: 'now' });
    await dir.script('plugin', `exec ${dir.path}/bin/plugin`);
    expect(await credential()).toEqual({ headers: { authorization: 'Bearer now' } });
  });
});
