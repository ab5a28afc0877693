import { sha256 } from '../image/test-image.ts';
import type { FakeBehaviour, FakeRequest, FakeRequestKind } from './behaviour.ts';
import { type FakeResponse, json, ociError } from './fake-response.ts';
import type { FakeStore } from './fake-store.ts';

/** What a path below /v2/ is about. */
export interface Route {
  readonly kind: FakeRequestKind;
  readonly repository: string;
  /** Tag, digest or upload id. */
  readonly reference: string;
}

/** Reads method and path; anything unknown is `other`. */
export function routeOf(method: string, path: string): Route {
  const [pathname = ''] = path.split('?');
  if (pathname === '/token') return { kind: 'token', repository: '', reference: '' };
  if (pathname === '/v2/') return { kind: 'ping', repository: '', reference: '' };
  const match = /^\/v2\/(.+)\/(?:(manifests|blobs)\/([^/]+)|(blobs\/uploads)\/([^/]*)|(tags)\/list)$/.exec(pathname);
  if (match === null) return { kind: 'other', repository: '', reference: '' };
  const [, repository = '', content, reference, uploads, upload, tags] = match;
  if (tags !== undefined) return { kind: 'tags', repository, reference: '' };
  if (uploads !== undefined) return { kind: 'push', repository, reference: upload ?? '' };
  const what = content === 'manifests' ? 'manifest' : 'blob';
  const kind = method === 'HEAD' ? (`head_${what}` as const) : method === 'GET' ? (`get_${what}` as const) : 'push';
  return { kind, repository, reference: reference ?? '' };
}

/** Answers a request as a registry does that behaves, apart from pages, links, headers and redirects. */
export function answer(
  store: FakeStore,
  behaviour: FakeBehaviour,
  route: Route,
  request: FakeRequest,
  body: Buffer,
): FakeResponse {
  switch (route.kind) {
    case 'ping':
      return json(200, {});
    case 'head_manifest':
    case 'get_manifest':
      return manifest(store, behaviour, route);
    case 'head_blob':
    case 'get_blob':
      return blob(store, behaviour, route, request);
    case 'tags':
      return tags(store, behaviour, route, request);
    case 'push':
      return push(store, route, request, body);
    default:
      return ociError(404, 'UNSUPPORTED');
  }
}

function manifest(store: FakeStore, behaviour: FakeBehaviour, { repository, reference }: Route): FakeResponse {
  const found = store.manifest(repository, reference);
  if (found === undefined) return ociError(404, store.has(repository) ? 'MANIFEST_UNKNOWN' : 'NAME_UNKNOWN');
  const announced = behaviour.announcedDigest ?? found.digest;
  const headers = {
    'content-type': behaviour.contentType ?? found.mediaType,
    ...(behaviour.withoutDigestHeader ? {} : { 'docker-content-digest': announced }),
  };
  return { status: 200, headers, body: found.bytes, content: true };
}

function blob(
  store: FakeStore,
  behaviour: FakeBehaviour,
  { repository, reference }: Route,
  request: FakeRequest,
): FakeResponse {
  const found = store.blob(repository, reference);
  if (found === undefined) return ociError(404, 'BLOB_UNKNOWN');
  if (behaviour.redirectBlobsTo !== undefined && request.method === 'GET') {
    return { status: 307, headers: { location: `${behaviour.redirectBlobsTo}${request.path}` } };
  }
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': reference };
  return { status: 200, headers, body: found, content: true };
}

function tags(store: FakeStore, behaviour: FakeBehaviour, { repository }: Route, request: FakeRequest): FakeResponse {
  if (!store.has(repository)) return ociError(404, 'NAME_UNKNOWN');
  const query = new URLSearchParams(request.path.split('?')[1]);
  const last = query.get('last') ?? '';
  const size = Math.min(Number(query.get('n') ?? behaviour.maxPageSize), behaviour.maxPageSize);
  const rest = store.tags(repository).filter((tag) => tag > last);
  const page = rest.slice(0, size);
  const next = `${behaviour.linkOrigin ?? ''}/v2/${repository}/tags/list?last=${page.at(-1)}&n=${size}`;
  const headers = rest.length > size ? { link: `<${next}>; rel="next"` } : {};
  return json(200, { name: repository, tags: page }, headers);
}

function push(store: FakeStore, { repository, reference }: Route, request: FakeRequest, body: Buffer): FakeResponse {
  const isManifest = request.path.includes('/manifests/');
  if (request.method === 'DELETE') {
    const deleted = isManifest ? store.deleteManifest(repository, reference) : store.deleteBlob(repository, reference);
    return deleted ? { status: 202 } : ociError(404, isManifest ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN');
  }
  if (isManifest && request.method === 'PUT') {
    const digest = store.putManifest(repository, reference, String(request.headers['content-type']), body);
    return {
      status: 201,
      headers: { location: `/v2/${repository}/manifests/${digest}`, 'docker-content-digest': digest },
    };
  }
  if (request.method === 'POST') return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/0` } };
  if (request.method !== 'PUT') return ociError(405, 'UNSUPPORTED');
  const expected = new URLSearchParams(request.path.split('?')[1]).get('digest');
  if (sha256(body) !== expected) return ociError(400, 'DIGEST_INVALID');
  const digest = store.putBlob(repository, body);
  return { status: 201, headers: { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest } };
}
