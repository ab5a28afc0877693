import { describe, expect, test } from 'vitest';
import { createPullSecrets } from '../../src/credentials/pull-secrets.ts';
import { asPullSecret, type Secret, secretViews } from '../../src/credentials/secret-view.ts';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const login = (name: string) => ({ username: name, password: name });
const auths = (entries: Record<string, string>) =>
  Object.fromEntries(Object.entries(entries).map(([key, name]) => [key, login(name)]));

function secretWith(type: string, data: Record<string, string>, annotations?: Record<string, string>): Secret {
  return { metadata: { name: 's', namespace: 'shop', ...(annotations && { annotations }) }, type, data };
}
const configJson = (entries: Record<string, string>, annotations?: Record<string, string>) =>
  secretWith('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': base64({ auths: auths(entries) }) }, annotations);
const dockercfg = (entries: Record<string, string>, annotations?: Record<string, string>) =>
  secretWith('kubernetes.io/dockercfg', { '.dockercfg': base64(auths(entries)) }, annotations);

const view = secretViews();
const excluded = { 'openshift.io/image.excludeSecret': 'true' };

describe('what is kept of a Secret', () => {
  test.each([
    ['#137 dockercfg', dockercfg({ 'quay.io': 'a' }), 1],
    ['#137 dockercfg that is excluded', dockercfg({ 'quay.io': 'a' }, excluded), 0],
    ['#137 Opaque', secretWith('Opaque', { '.dockercfg': base64(auths({ 'quay.io': 'a' })) }), 0],
    ['#137 token of a service account', secretWith('kubernetes.io/service-account-token', { token: 'eA==' }), 0],
    ['#137 dockerconfigjson', configJson({ 'quay.io': 'a' }), 1],
    ['excluded by another value', configJson({ 'quay.io': 'a' }, { 'openshift.io/image.excludeSecret': 'yes' }), 1],
    ['without entries', configJson({}), 0],
  ])('%s', (_what, secret, count) => {
    expect(view(secret)?.credentials ?? []).toHaveLength(count);
  });

  test('is its credentials alone, held once for all copies', () => {
    const copy = { ...configJson({ 'quay.io': 'a' }), metadata: { name: 'other', namespace: 'elsewhere' } };
    expect(view(copy)).toBe(view(configJson({ 'quay.io': 'a' })));
    expect(view(copy)).toEqual({ credentials: [{ key: 'quay.io', credential: login('a') }] });
  });

  test('that cannot be read is why, without its content', () => {
    const broken = secretWith('kubernetes.io/dockerconfigjson', {
      '.dockerconfigjson': Buffer.from('{"secret').toString('base64'),
    });
    expect(view(broken)).toEqual({
      credentials: [],
      problem: 'The Secret s cannot be used to pull images. The docker configuration is not JSON.',
    });
  });

  test('that a service account names goes by what it holds, not by its type', () => {
    const opaque = secretWith('Opaque', { '.dockerconfigjson': base64({ auths: auths({ 'quay.io': 'a' }) }) });
    expect(view(asPullSecret(opaque))?.credentials).toHaveLength(1);
    expect(view(asPullSecret(secretWith('Opaque', { password: 'eA==' })))).toBeUndefined();
  });
});

describe('the credential for a repository', () => {
  const find = (pullSecrets: ReturnType<typeof createPullSecrets>, namespace: string, repository: string) => {
    const [registry = '', ...path] = repository.split('/');
    return pullSecrets.lookup(namespace)({ registry, repository: path.join('/') });
  };
  const viewOf = (entries: Record<string, string>) => view(configJson(entries));

  test('is that of the longest path in its namespace', () => {
    const pullSecrets = createPullSecrets();
    pullSecrets.set('typed', 'shop', 'a', viewOf({ 'quay.io': 'all', 'quay.io/org/app': 'app' }));
    pullSecrets.set('typed', 'shop', 'b', viewOf({ 'quay.io/org': 'org' }));
    pullSecrets.set('typed', 'other', 'a', viewOf({ 'quay.io/org/app': 'other' }));
    expect(find(pullSecrets, 'shop', 'quay.io/org/app')).toEqual(login('app'));
    expect(find(pullSecrets, 'shop', 'quay.io/org/web')).toEqual(login('org'));
    expect(find(pullSecrets, 'shop', 'quay.io/x/y')).toEqual(login('all'));
    expect(find(pullSecrets, 'empty', 'quay.io/org/app')).toBeUndefined();
  });

  test('is that of the Secret first by name when two say the same repository', () => {
    const pullSecrets = createPullSecrets();
    pullSecrets.set('typed', 'shop', 'b', viewOf({ 'quay.io': 'b' }));
    pullSecrets.set('typed', 'shop', 'a', viewOf({ 'quay.io': 'a' }));
    expect(find(pullSecrets, 'shop', 'quay.io/app')).toEqual(login('a'));
  });

  test('comes from the namespace, then the cluster, then the file', () => {
    const pullSecrets = createPullSecrets();
    const keyed = (entries: Record<string, string>) => viewOf(entries)?.credentials ?? [];
    pullSecrets.setFile(keyed({ 'quay.io/org/app': 'file', 'a.ltd': 'file', 'b.ltd': 'file' }));
    expect(find(pullSecrets, 'shop', 'quay.io/org/app')).toEqual(login('file'));
    pullSecrets.setCluster(keyed({ 'quay.io/org': 'cluster', 'a.ltd': 'cluster' }));
    expect(find(pullSecrets, 'shop', 'quay.io/org/app')).toEqual(login('cluster'));
    pullSecrets.set('typed', 'shop', 'a', viewOf({ 'quay.io': 'own' }));
    expect(find(pullSecrets, 'shop', 'quay.io/org/app')).toEqual(login('own'));
    expect(find(pullSecrets, 'shop', 'a.ltd/x')).toEqual(login('cluster'));
    expect(find(pullSecrets, 'shop', 'b.ltd/x')).toEqual(login('file'));
  });

  test('changes at once with its Secret, and goes with it', () => {
    const pullSecrets = createPullSecrets();
    pullSecrets.set('typed', 'shop', 'a', viewOf({ 'quay.io': 'first' }));
    expect(find(pullSecrets, 'shop', 'quay.io/app')).toEqual(login('first'));
    pullSecrets.set('typed', 'shop', 'a', viewOf({ 'quay.io': 'second' }));
    expect(find(pullSecrets, 'shop', 'quay.io/app')).toEqual(login('second'));
    pullSecrets.set('typed', 'shop', 'a', undefined);
    expect(find(pullSecrets, 'shop', 'quay.io/app')).toBeUndefined();
  });
});
