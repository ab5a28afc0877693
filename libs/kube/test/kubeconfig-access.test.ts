import { describe, expect, test } from 'vitest';
import { kubeconfigAccess } from '../src/kubeconfig-access.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts';

const context = { env: {}, now: () => 0 };

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function config(cluster: object, user: object): object {
  return {
    'current-context': 'main',
    clusters: [{ name: 'c', cluster: { server: 'https://api:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
  };
}

async function accessOf(dir: TemporaryDirectory, cluster: object, user: object) {
  return await kubeconfigAccess([await dir.write('config', config(cluster, user))], undefined, context);
}

describe('the credential of a kubeconfig user', () => {
  test.each<[string, object, object]>([
    ['a token', { token: 't' }, { headers: { authorization: 'Bearer t' } }],
    [
      'a token file, relative to the kubeconfig',
      { tokenFile: 'pki/token' },
      { headers: { authorization: 'Bearer from-file' } },
    ],
    [
      'a token file wins over a token',
      { token: 't', tokenFile: 'pki/token' },
      { headers: { authorization: 'Bearer from-file' } },
    ],
    [
      'a name and password',
      { username: 'me', password: 'pä:ß' },
      { headers: { authorization: `Basic ${base64('me:pä:ß')}` } },
    ],
    [
      'certificate files',
      { 'client-certificate': 'pki/crt', 'client-key': 'pki/key' },
      { headers: {}, cert: 'CRT', key: 'KEY' },
    ],
    [
      'inline certificates win over files',
      {
        'client-certificate': 'pki/crt',
        'client-certificate-data': base64('inline crt'),
        'client-key-data': base64('inline key'),
      },
      { headers: {}, cert: 'inline crt', key: 'inline key' },
    ],
    ['nothing', {}, { headers: {} }],
    [
      'impersonation',
      {
        token: 't',
        as: 'bob',
        'as-uid': '7',
        'as-groups': ['a', 'b'],
        'as-user-extra': { 'Scopes/x': ['view', 'edit'] },
      },
      {
        headers: {
          authorization: 'Bearer t',
          'impersonate-user': 'bob',
          'impersonate-uid': '7',
          'impersonate-group': ['a', 'b'],
          'impersonate-extra-scopes%2fx': ['view', 'edit'],
        },
      },
    ],
  ])('%s', async (_name, user, expected) => {
    await using dir = await temporaryDirectory();
    await Promise.all([
      dir.write('pki/token', 'from-file\n'),
      dir.write('pki/crt', 'CRT'),
      dir.write('pki/key', 'KEY'),
    ]);
    expect(await (await accessOf(dir, {}, user)).credential()).toEqual(expected);
  });
});

describe('the server of a kubeconfig cluster', () => {
  test('trust: authority, name and proxy', async () => {
    await using dir = await temporaryDirectory();
    const access = await accessOf(
      dir,
      {
        'certificate-authority-data': base64('CA'),
        'tls-server-name': 'kubernetes',
        'proxy-url': 'http://proxy:3128',
      },
      {},
    );
    expect(access.trust).toEqual({ ca: 'CA', servername: 'kubernetes', insecureSkipVerify: false });
    expect(access.proxyUrl).toBe('http://proxy:3128');
  });

  test('verification is off only when asked for', async () => {
    await using dir = await temporaryDirectory();
    const access = await accessOf(dir, { 'insecure-skip-tls-verify': true }, {});
    expect(access.trust).toEqual({ insecureSkipVerify: true });
  });

  test('YAML with comments and anchors is read', async () => {
    await using dir = await temporaryDirectory();
    const file = await dir.write(
      'config',
      `# mine
current-context: a
clusters: [{name: c, cluster: &c {server: "https://api"}}]
contexts:
  - name: a
    context: {cluster: c}
`,
    );
    expect((await kubeconfigAccess([file], undefined, context)).server.href).toBe('https://api/');
  });
});

describe('several kubeconfig files', () => {
  test('the first file that names something wins, and paths are relative to the file of the entry', async () => {
    await using dir = await temporaryDirectory();
    await dir.write('one/ca.crt', 'CA one');
    await dir.write('two/token', 'token two');
    const one = await dir.write('one/config', {
      contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: 'https://one', 'certificate-authority': 'ca.crt' } }],
    });
    const two = await dir.write('two/config', {
      'current-context': 'main',
      contexts: [{ name: 'main', context: { cluster: 'other', user: 'other' } }],
      clusters: [{ name: 'c', cluster: { server: 'https://two' } }],
      users: [{ name: 'u', user: { tokenFile: 'token' } }],
    });
    const access = await kubeconfigAccess([one, two], undefined, context);
    expect(access.server.host).toBe('one');
    expect(access.trust.ca).toBe('CA one');
    expect(await access.credential()).toEqual({ headers: { authorization: 'Bearer token two' } });
  });
});

describe('a wrong kubeconfig is refused with what to correct', () => {
  test.each<[string, string | object, string | undefined, RegExp]>([
    ['not YAML', 'a: [', undefined, /not YAML/],
    ['a list', '[]', undefined, /not a kubeconfig document/],
    ['no current context', { contexts: [] }, undefined, /current-context is not set/],
    ['an unknown context', config({}, {}), 'prod', /context "prod" does not exist: choose one of: main/],
    [
      'a context without its cluster',
      { ...config({}, {}), clusters: [] },
      undefined,
      /cluster "c" of context "main" does not exist/,
    ],
    [
      'a context without its user',
      { ...config({}, {}), users: null },
      undefined,
      /user "u" of context "main" does not exist/,
    ],
    ['a server that is no URL', config({ server: 'api' }, {}), undefined, /server "api" is not an http or https URL/],
    ['a certificate without key', config({}, { 'client-certificate-data': 'eA==' }), undefined, /go together/],
    [
      'a missing authority file',
      config({ 'certificate-authority': 'no.crt' }, {}),
      undefined,
      /certificate-authority: cannot read .*no\.crt/,
    ],
    ['an obsolete auth-provider', config({}, { 'auth-provider': { name: 'gcp' } }), undefined, /use an exec plugin/],
    ['a number for a token', config({}, { token: 7 }), undefined, /token must be a string/],
  ])('%s', async (_name, content, contextName, message) => {
    await using dir = await temporaryDirectory();
    const file = await dir.write('config', content);
    const loading = kubeconfigAccess([file], contextName, context);
    await expect(loading).rejects.toMatchObject({ code: 'invalid', retryable: false });
    await expect(loading).rejects.toThrow(message);
  });
});
