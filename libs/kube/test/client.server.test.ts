import type { DeploymentConfig, KubeObject } from '@tagstream/api-types';
import { type KubeError, type ObjectKey, resources } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openTestNamespace, type TestNamespace } from './test-namespace.ts';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

let scope: TestNamespace;

beforeAll(async () => {
  scope = await openTestNamespace(inject('kubeconfig'));
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
});

function keyOf(name: string): ObjectKey {
  return { resource: resources.configMaps, namespace: scope.namespace, name };
}

/** Creates a ConfigMap with one entry. */
async function created(name: string, data: Record<string, string> = { color: 'red' }): Promise<ConfigMap> {
  const metadata = { name, namespace: scope.namespace };
  return await scope.client.create<ConfigMap>(resources.configMaps, { metadata, data });
}

async function errorOf(promise: Promise<unknown>): Promise<KubeError> {
  return await promise.then(
    () => expect.fail('the call was expected to fail'),
    (error: KubeError) => error,
  );
}

describe('objects', () => {
  test('are created, read, listed, replaced and deleted', async () => {
    const { client, namespace } = scope;
    const first = await created('life', { color: 'red' });
    expect(first.metadata.uid).toBeTruthy();
    expect(await client.get<ConfigMap>(keyOf('life'))).toEqual(first);

    const second = await client.replace<ConfigMap>(keyOf('life'), { ...first, data: { color: 'blue' } });
    expect(second.data).toEqual({ color: 'blue' });

    const fieldSelector = 'metadata.name=life';
    const { items, resourceVersion } = await client.list<ConfigMap>(resources.configMaps, { namespace, fieldSelector });
    expect(items).toEqual([second]);
    expect(Number(resourceVersion)).toBeGreaterThanOrEqual(Number(second.metadata.resourceVersion));

    await client.delete(keyOf('life'));
    expect(await errorOf(client.get(keyOf('life')))).toMatchObject({
      code: 'not_found',
      message: `GET /api/v1/namespaces/${namespace}/configmaps/life answered 404 NotFound: configmaps "life" not found`,
    });
  });

  test('are listed page by page', async () => {
    const { client, namespace } = scope;
    const names = ['page-1', 'page-2', 'page-3', 'page-4', 'page-5'];
    for (const name of names) await created(name);
    const { items } = await client.list(resources.configMaps, { namespace, pageSize: 2 });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(names));
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  test('cannot be created twice', async () => {
    await created('twice');
    expect(await errorOf(created('twice'))).toMatchObject({
      code: 'already_exists',
      retryable: false,
      details: { name: 'twice', kind: 'configmaps' },
    });
  });

  test('are not stored in a dry run', async () => {
    const { client, namespace } = scope;
    await client.create(resources.configMaps, { metadata: { name: 'dry', namespace } }, { dryRun: true });
    expect(await errorOf(client.get(keyOf('dry')))).toMatchObject({ code: 'not_found' });
    await created('wet');
    await client.delete(keyOf('wet'), { dryRun: true });
    expect((await client.get(keyOf('wet'))).metadata.name).toBe('wet');
  });

  test('that fail validation are refused with the field', async () => {
    const { client, namespace } = scope;
    const metadata = { name: 'Not A Name', namespace };
    expect(await errorOf(client.create(resources.configMaps, { metadata }))).toMatchObject({
      code: 'invalid',
      retryable: false,
      details: { causes: [expect.objectContaining({ field: 'metadata.name' })] },
    });
  });
});

describe('a JSON patch', () => {
  const change = { op: 'replace', path: '/data/color', value: 'blue' } as const;

  test('whose tests hold is carried out', async () => {
    const { metadata } = await created('patched');
    const operations = [
      { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
      { op: 'test', path: '/data/color', value: 'red' },
      change,
    ] as const;
    const patched = await scope.client.jsonPatch<ConfigMap>(keyOf('patched'), operations);
    expect(patched.data).toEqual({ color: 'blue' });
  });

  test.each([
    ['another resourceVersion', { op: 'test', path: '/metadata/resourceVersion', value: '1' }],
    ['another value', { op: 'test', path: '/data/color', value: 'green' }],
    ['a path that does not exist', { op: 'test', path: '/data/shape', value: 'round' }],
    ['a path below one that does not exist', { op: 'test', path: '/binaryData/x', value: 'round' }],
  ] as const)('that tests for %s is a conflict and changes nothing', async (name, operation) => {
    const key = keyOf(`tested-${name.replaceAll(' ', '-').toLowerCase()}`);
    const before = await created(key.name);
    expect(await errorOf(scope.client.jsonPatch(key, [operation, change]))).toMatchObject({
      code: 'conflict',
      retryable: true,
    });
    expect(await scope.client.get(key)).toEqual(before);
  });

  test('that asks for metadata only is carried out and answers nothing else', async () => {
    const { metadata } = await created('terse');
    const answer = await scope.client.jsonPatch<ConfigMap>(keyOf('terse'), [change], { metadataOnly: true });
    const stored = await scope.client.get<ConfigMap>(keyOf('terse'));
    expect(stored.data).toEqual({ color: 'blue' });
    expect(answer).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: stored.metadata });
    expect(answer.metadata.resourceVersion).not.toBe(metadata.resourceVersion);
  });

  test('whose tests hold but whose outcome is not valid is invalid', async () => {
    await created('outcome');
    const operations = [
      { op: 'test', path: '/data/color', value: 'red' },
      { op: 'add', path: '/data/not a key', value: 'x' },
    ] as const;
    expect(await errorOf(scope.client.jsonPatch(keyOf('outcome'), operations))).toMatchObject({ code: 'invalid' });
  });
});

describe('a merge patch', () => {
  test('with the resourceVersion read is carried out, with an older one it is a conflict', async () => {
    const { metadata } = await created('merged');
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, data: { shape: 'round' } };
    const merged = await scope.client.mergePatch<ConfigMap>(keyOf('merged'), patch);
    expect(merged.data).toEqual({ color: 'red', shape: 'round' });
    expect(await errorOf(scope.client.mergePatch(keyOf('merged'), patch))).toMatchObject({
      code: 'conflict',
      reason: 'Conflict',
    });
  });
});

describe('server-side apply', () => {
  test('creates, and changes only its own fields', async () => {
    const { client } = scope;
    await client.apply(keyOf('applied'), { data: { mine: '1' } }, { fieldManager: 'me' });
    const both = await client.apply<ConfigMap>(keyOf('applied'), { data: { yours: '2' } }, { fieldManager: 'you' });
    expect(both.data).toEqual({ mine: '1', yours: '2' });
  });

  test('of a field that another manager owns is a conflict, unless forced', async () => {
    const { client } = scope;
    await client.apply(keyOf('owned'), { data: { color: 'red' } }, { fieldManager: 'me' });
    const taking = { data: { color: 'blue' } };
    expect(await errorOf(client.apply(keyOf('owned'), taking, { fieldManager: 'you' }))).toMatchObject({
      code: 'conflict',
      details: { causes: [expect.objectContaining({ reason: 'FieldManagerConflict', field: '.data.color' })] },
    });
    const taken = await client.apply<ConfigMap>(keyOf('owned'), taking, { fieldManager: 'you', force: true });
    expect(taken.data).toEqual({ color: 'blue' });
  });
});

describe('a delete', () => {
  test('of another incarnation or version is a conflict', async () => {
    const { client } = scope;
    const { metadata } = await created('guarded');
    for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }]) {
      expect(await errorOf(client.delete(keyOf('guarded'), { preconditions }))).toMatchObject({ code: 'conflict' });
    }
    const { uid = '', resourceVersion = '' } = metadata;
    await client.delete(keyOf('guarded'), { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' });
    expect(await errorOf(client.delete(keyOf('guarded')))).toMatchObject({ code: 'not_found' });
  });
});

describe('a custom resource', () => {
  test('has a status of its own, and its JSON patch tests conflict like those of built-in kinds', async () => {
    const { client, namespace } = scope;
    const key = { resource: resources.deploymentConfigs, namespace, name: 'web' };
    const spec = { replicas: 1, selector: { app: 'web' }, template: template('web') };
    const dc = { metadata: { name: 'web', namespace }, spec } as unknown as DeploymentConfig;
    const { metadata } = await client.create(resources.deploymentConfigs, dc);
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, status: { latestVersion: 1 } };
    const updated = await client.mergePatch<DeploymentConfig>(key, patch, { subresource: 'status' });
    expect(updated.status?.latestVersion).toBe(1);
    expect(await errorOf(client.mergePatch(key, patch, { subresource: 'status' }))).toMatchObject({ code: 'conflict' });
    const test = { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion } as const;
    const change = { op: 'replace', path: '/spec/replicas', value: 2 } as const;
    expect(await errorOf(client.jsonPatch(key, [test, change]))).toMatchObject({ code: 'conflict' });
    expect((await client.get<DeploymentConfig>(key)).spec.replicas).toBe(1);
    const terse = await client.jsonPatch<DeploymentConfig>(key, [change], { metadataOnly: true });
    expect(terse).toEqual({ ...terse, kind: 'PartialObjectMetadata', metadata: (await client.get(key)).metadata });
    expect(terse.spec).toBeUndefined();
  });

  function template(app: string): object {
    return { metadata: { labels: { app } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
  }
});

describe('everything else', () => {
  test('text comes as text, JSON as its value', async () => {
    expect(await scope.client.request('GET', '/readyz')).toBe('ok');
    expect(await scope.client.request('GET', '/version')).toMatchObject({ major: '1' });
  });

  test('a body is sent as JSON', async () => {
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect(await scope.client.request('POST', path, { body })).toMatchObject({ status: { allowed: true } });
  });

  test('a verb or a type that the API server does not know is unsupported', async () => {
    const { client, namespace } = scope;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    expect(await errorOf(client.request('PUT', path, { body: {} }))).toMatchObject({
      code: 'unsupported',
      status: 405,
    });
    const wrong = { contentType: 'text/plain', body: {} };
    expect(await errorOf(client.request('POST', path, wrong))).toMatchObject({ code: 'unsupported', status: 415 });
  });
});
