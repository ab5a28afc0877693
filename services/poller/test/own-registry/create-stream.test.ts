import type { KubeObject } from '@tagstream/api-types';
import { KubeError } from '@tagstream/kube';
import { RegistryError } from '@tagstream/registry';
import { describe, expect, test } from 'vitest';
import { CREATED_FOR, createStreams } from '../../src/own-registry/create-stream.ts';
import type { NamespacePermission } from '../../src/own-registry/namespace-permission.ts';
import { HOST, registry } from './registry.ts';

interface World {
  readonly permission?: NamespacePermission;
  /** What the registry says about the tag. */
  readonly head?: RegistryError;
  /** What the API server says about the new stream. */
  readonly create?: KubeError;
}

function started({ permission = 'allowed', head, create }: World = {}) {
  const created: unknown[] = [];
  const asked: string[] = [];
  const createStream = createStreams({
    permission: async () => permission,
    async head(namespace, { registry: host, name, tag }, { insecure }) {
      asked.push(`${host}/${namespace}/${name}:${tag} ${insecure}`);
      if (head !== undefined) throw head;
    },
    kube: {
      async create<T extends KubeObject>(_resource: unknown, object: T) {
        if (create !== undefined) throw create;
        created.push(object);
        return object;
      },
    },
    registry,
  });
  const push = (namespace = 'shop', stream = 'web') =>
    createStream({ namespace, stream }, 'v1', new AbortController().signal);
  return { push, created, asked };
}

describe('a push to a stream that does not exist', () => {
  test('creates an empty one that says for what', async () => {
    const { push, created, asked } = started();
    expect(await push()).toEqual({ kind: 'created' });
    expect(asked).toEqual([`${HOST}/shop/web:v1 true`]);
    const annotations = { [CREATED_FOR]: `${HOST}/shop/web:v1` };
    expect(created).toEqual([{ metadata: { namespace: 'shop', name: 'web', annotations }, spec: {} }]);
  });

  test.each<[string, string, string]>([
    ['#60 the name has a "_", which custom resources cannot have', 'shop', 'dot_underscore'],
    ['#61 namespace and name are too long together', 'n'.repeat(63), 'a'.repeat(192)],
    ['the name is longer than any', 'shop', 'a'.repeat(254)],
    ['the name has two separators in a row', 'shop', 'a--b'],
    ['the namespace has a dot', 'shop.one', 'web'],
    ['the namespace is too long', 'n'.repeat(64), 'web'],
  ])('creates none when %s', async (_what, namespace, stream) => {
    const { push, created, asked } = started();
    expect(await push(namespace, stream)).toMatchObject({ kind: 'refused', why: 'invalid-name' });
    expect([created, asked]).toEqual([[], []]);
  });

  test.each<NamespacePermission>(['not-allowed', 'no-namespace', 'forbidden'])(
    'creates none, and asks no registry, when its namespace is %s',
    async (permission) => {
      const { push, created, asked } = started({ permission });
      expect(await push()).toEqual({ kind: 'refused', why: permission });
      expect([created, asked]).toEqual([[], []]);
    },
  );

  test.each<[string, RegistryError, object]>([
    ['does not have it', new RegistryError('not_found', 'no such tag'), { kind: 'absent' }],
    ['is away', new RegistryError('unavailable', 'away'), { kind: 'unknown', reason: 'away', mayPass: true }],
    ['refuses', new RegistryError('unauthorized', 'no'), { kind: 'unknown', reason: 'no', mayPass: false }],
  ])('creates none when the registry %s', async (_what, head, expected) => {
    const { push, created } = started({ head });
    expect(await push()).toEqual(expected);
    expect(created).toEqual([]);
  });

  test.each<[string, KubeError, object]>([
    ['exists by now is there', new KubeError('already_exists', 'exists'), { kind: 'created' }],
    [
      'may not be created is refused',
      new KubeError('forbidden', 'full'),
      { kind: 'refused', why: 'forbidden', detail: 'full' },
    ],
    ['is not taken is refused', new KubeError('invalid', 'bad'), { kind: 'refused', why: 'forbidden', detail: 'bad' }],
  ])('whose stream %s', async (_what, create, expected) => {
    expect(await started({ create }).push()).toEqual(expected);
  });

  test('waits for an API server that does not answer', async () => {
    const create = new KubeError('unavailable', 'connection refused');
    await expect(started({ create }).push()).rejects.toThrow('connection refused');
  });
});
