import type { KubeObject } from '@tagstream/api-types';
import { isInapplicablePatch } from './answer-error.ts';
import type { KubeClient, SelectOptions, WriteOptions } from './kube-client.ts';
import { isKubeError, KubeError } from './kube-error.ts';
import { listAll } from './list-pages.ts';
import { parseAnswer } from './parse-answer.ts';
import { type Query, withQuery } from './query.ts';
import {
  apiVersionOf,
  collectionPath,
  type ObjectKey,
  objectPath,
  type Resource,
  requireNamespaceFits,
} from './resource.ts';
import type { Call, Transport } from './transport.ts';
import { watchEvents } from './watch-events.ts';

/** A client over a transport; `close` ends the transport's connections. */
export function createKubeClient(transport: Transport, close: () => Promise<void>): KubeClient {
  /** What the caller knows of the kind stands in its type; the API server's schema vouches for the object. */
  async function objectOf<T>(call: Call): Promise<T> {
    return parseAnswer(call, await transport.send(call)) as T;
  }

  function write<T extends KubeObject>(
    verb: 'create' | 'patch' | 'apply' | 'replace',
    resource: Resource,
    path: string,
    body: unknown,
    options: WriteOptions & { readonly contentType: string; readonly force?: boolean },
  ): Promise<T> {
    const query: Query = {
      fieldManager: options.fieldManager,
      dryRun: options.dryRun === true ? 'All' : undefined,
      force: options.force,
    };
    return objectOf<T>({
      verb,
      resource: resource.plural,
      method: METHODS[verb],
      path: withQuery(path, query),
      body: JSON.stringify(body),
      contentType: options.contentType,
      accept: options.metadataOnly ? METADATA_ONLY : undefined,
      signal: options.signal,
    });
  }

  const client: KubeClient = {
    get: (key, { subresource, signal } = {}) =>
      objectOf({ ...read('get', key.resource), path: objectPath(key, subresource), signal }),

    list: (resource, options = {}) =>
      listAll(resource, options.pageSize, (page) => {
        const query = { ...selection(options), ...page };
        const path = withQuery(collectionPath(resource, options.namespace), query);
        return objectOf({ ...read('list', resource), path, signal: options.signal });
      }),

    async create(resource, object, options = {}) {
      const { namespace } = object.metadata;
      requireNamespaceFits(resource, namespace);
      const path = collectionPath(resource, namespace);
      const target =
        options.subresource === undefined ? path : `${path}/${object.metadata.name}/${options.subresource}`;
      return await write('create', resource, target, typed(resource, object), { ...options, contentType: JSON_TYPE });
    },

    async jsonPatch(key, operations, options = {}) {
      const contentType = 'application/json-patch+json';
      try {
        const path = objectPath(key, options.subresource);
        return await write('patch', key.resource, path, operations, { ...options, contentType });
      } catch (error) {
        if (!isKubeError(error) || !operations.some(({ op }) => op === 'test')) throw error;
        throw isInapplicablePatch(error) ? patchConflict(error) : error;
      }
    },

    async mergePatch(key, patch, options = {}) {
      const contentType = 'application/merge-patch+json';
      return await write('patch', key.resource, objectPath(key, options.subresource), patch, {
        ...options,
        contentType,
      });
    },

    async apply(key, object, options) {
      const contentType = 'application/apply-patch+yaml'; // JSON is YAML
      const path = objectPath(key, options.subresource);
      return await write('apply', key.resource, path, identified(key, object), { ...options, contentType });
    },

    async replace(key, object, options = {}) {
      const path = objectPath(key, options.subresource);
      return await write('replace', key.resource, path, object, { ...options, contentType: JSON_TYPE });
    },

    async delete(key, { signal, dryRun, ...options } = {}) {
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...options, ...(dryRun ? { dryRun: ['All'] } : {}) };
      await transport.send({
        verb: 'delete',
        resource: key.resource.plural,
        method: 'DELETE',
        path: objectPath(key),
        body: JSON.stringify(body),
        contentType: JSON_TYPE,
        signal,
      });
    },

    async request(method, path, { query = {}, body, contentType = JSON_TYPE, signal, timeoutMs } = {}) {
      const call: Call = {
        verb: 'request',
        resource: 'other',
        method,
        path: withQuery(path, query),
        ...(body === undefined ? {} : { body: JSON.stringify(body), contentType }),
        signal,
        timeoutMs,
      };
      const answer = await transport.send(call);
      return answer.contentType.includes('json') ? parseAnswer(call, answer) : answer.text;
    },

    async watch(resource, options) {
      const query: Query = {
        ...selection(options),
        watch: true,
        allowWatchBookmarks: true,
        timeoutSeconds: options.timeoutSeconds,
        resourceVersion: options.resourceVersion,
        ...(options.sendInitialEvents ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : {}),
      };
      const path = withQuery(collectionPath(resource, options.namespace), query);
      const call: Call = { ...read('watch', resource), path, signal: options.signal };
      return watchEvents(
        `WATCH ${collectionPath(resource, options.namespace)}`,
        await transport.open(call, options.idleTimeoutMs),
      );
    },

    [Symbol.asyncDispose]: close,
  };
  return client;
}

const JSON_TYPE = 'application/json';

/** Whoever cannot leave the rest out answers with the whole object. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json';

const METHODS = { create: 'POST', patch: 'PATCH', apply: 'PATCH', replace: 'PUT' } as const;

function read(verb: 'get' | 'list' | 'watch', { plural }: Resource): Pick<Call, 'verb' | 'resource' | 'method'> {
  return { verb, resource: plural, method: 'GET' };
}

function selection({ labelSelector, fieldSelector }: SelectOptions): Query {
  return { labelSelector, fieldSelector };
}

function typed(resource: Resource, object: object): object {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object };
}

/** Server-side apply wants apiVersion, kind and name in the body even though the path says them. */
function identified({ resource, namespace, name }: ObjectKey, object: object): object {
  const metadata = 'metadata' in object ? object.metadata : undefined;
  const identity = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...typed(resource, object), metadata: { ...identity, ...(metadata as object | undefined) } };
}

function patchConflict(error: KubeError): KubeError {
  const message = `${error.message}: a test of the JSON patch did not hold or a path is missing: read the object anew`;
  return new KubeError('conflict', message, { status: 422, details: error.details, cause: error });
}
