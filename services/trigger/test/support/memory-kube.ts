import type { KubeObject } from '@tagstream/api-types';
import { type JsonPatchOperation, type KubeClient, KubeError, type ObjectKey } from '@tagstream/kube';

type Json = Record<string, unknown>;

/** Objects in memory, as the API server keeps them: every change moves the resourceVersion, a patch may demand one. */
export class MemoryKube implements Pick<KubeClient, 'get' | 'mergePatch' | 'jsonPatch'> {
  readonly #objects = new Map<string, KubeObject>();
  #version = 0;
  reads = 0;
  /** Writes that changed something. */
  writes = 0;
  /** Runs before the next call of this kind is carried out, once: what others do meanwhile, or a failure. */
  readonly meanwhile: { get?: () => void; write?: () => void } = {};

  /** What somebody else writes. */
  put<T extends KubeObject>(key: ObjectKey, object: T): void {
    this.#version += 1;
    const { namespace, name } = key;
    const metadata = { uid: 'uid-1', generation: 1, ...object.metadata, name, namespace: namespace ?? '' };
    this.#objects.set(keyOf(key), {
      ...structuredClone(object),
      metadata: { ...metadata, resourceVersion: String(this.#version) },
    });
  }

  remove(key: ObjectKey): void {
    this.#objects.delete(keyOf(key));
  }

  read<T extends KubeObject>(key: ObjectKey): T {
    const object = this.#objects.get(keyOf(key));
    if (object === undefined) throw new KubeError('not_found', `${keyOf(key)} not found`);
    return structuredClone(object) as T; // the caller knows what it put there
  }

  async get<T extends KubeObject>(key: ObjectKey): Promise<T> {
    this.reads += 1;
    this.#run('get');
    return this.read<T>(key);
  }

  async mergePatch<T extends KubeObject>(key: ObjectKey, patch: object): Promise<T> {
    this.#run('write');
    const object = this.read<T>(key);
    const { metadata, ...rest } = patch as { metadata?: { resourceVersion?: string } };
    if (metadata?.resourceVersion !== undefined && metadata.resourceVersion !== object.metadata.resourceVersion) {
      throw new KubeError('conflict', 'the object has been modified');
    }
    this.writes += 1;
    this.put(key, merged(object, rest) as KubeObject);
    return this.read<T>(key);
  }

  async jsonPatch<T extends KubeObject>(key: ObjectKey, operations: readonly JsonPatchOperation[]): Promise<T> {
    this.#run('write');
    const object = this.read<T>(key);
    for (const operation of operations) applyOperation(object, operation);
    this.writes += 1;
    this.put(key, object);
    return this.read<T>(key);
  }

  #run(kind: 'get' | 'write'): void {
    const act = this.meanwhile[kind];
    delete this.meanwhile[kind];
    act?.();
  }
}

function keyOf({ resource, namespace, name }: ObjectKey): string {
  return `${resource.plural}/${namespace ?? ''}/${name}`;
}

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Json = { ...(target as Json | null) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

function applyOperation(object: unknown, operation: JsonPatchOperation): void {
  const path = operation.path
    .slice(1)
    .split('/')
    .map((member) => member.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = path.pop() ?? '';
  let holder = object as Json;
  for (const member of path) holder = holder[member] as Json;
  switch (operation.op) {
    case 'test':
      if (holder[last] !== operation.value) throw new KubeError('conflict', `the test of ${operation.path} fails`);
      return;
    case 'add':
    case 'replace':
      holder[last] = operation.value;
      return;
    case 'remove':
      if (!(last in holder)) throw new KubeError('invalid', `there is no ${operation.path}`);
      delete holder[last];
      return;
    default:
      throw new Error(`unexpected operation ${operation.op}`);
  }
}
