import type { TestBlob, TestImage, TestIndex } from './test-image.ts';

export interface PushOptions {
  /** Sent with every request: `{ authorization: … }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Children of a list that are left out, by digest, to make a broken list. Registries that check refuse such a list. */
  readonly without?: readonly string[];
}

/**
 * Pushes an image or a list with all its parts over plain HTTP, by the OCI distribution specification; blobs that exist are
 * skipped. Pushing another image under the same tag moves the tag.
 *
 * @param host `127.0.0.1:5000`
 * @returns the digest that the tag now points to.
 */
export async function pushImage(
  host: string,
  repository: string,
  tag: string,
  image: TestImage | TestIndex,
  options: PushOptions = {},
): Promise<string> {
  await pushParts(host, repository, image, options);
  await putManifest(host, repository, tag, image, options);
  return image.digest;
}

/** Removes a tag; its manifest stays. */
export async function deleteTag(
  host: string,
  repository: string,
  tag: string,
  options: PushOptions = {},
): Promise<void> {
  await request('DELETE', `http://${host}/v2/${repository}/manifests/${tag}`, 202, { headers: options.headers ?? {} });
}

async function pushParts(
  host: string,
  repository: string,
  image: TestImage | TestIndex,
  options: PushOptions,
): Promise<void> {
  if (image.kind === 'image') {
    for (const blob of [image.config, ...image.layers]) await pushBlob(host, repository, blob, options);
    return;
  }
  for (const child of image.children) {
    if (options.without?.includes(child.digest)) continue;
    await pushParts(host, repository, child, options);
    await putManifest(host, repository, child.digest, child, options);
  }
}

async function pushBlob(host: string, repository: string, blob: TestBlob, options: PushOptions): Promise<void> {
  const base = `http://${host}/v2/${repository}/blobs`;
  const headers = options.headers ?? {};
  const existing = await fetch(`${base}/${blob.digest}`, { method: 'HEAD', headers });
  if (existing.ok) return;
  const upload = await request('POST', `${base}/uploads/`, 202, { headers });
  const location = new URL(upload.headers.get('location') ?? '', base);
  location.searchParams.set('digest', blob.digest);
  await request('PUT', location.href, 201, {
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(blob.bytes),
  });
}

async function putManifest(
  host: string,
  repository: string,
  reference: string,
  image: TestImage | TestIndex,
  options: PushOptions,
): Promise<void> {
  await request('PUT', `http://${host}/v2/${repository}/manifests/${reference}`, 201, {
    headers: { ...options.headers, 'content-type': image.mediaType },
    body: new Uint8Array(image.manifest),
  });
}

async function request(method: string, url: string, expected: number, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, method });
  const body = await response.text();
  if (response.status === expected) return response;
  throw new Error(`${method} ${url} gave ${response.status} instead of ${expected}: ${body.slice(0, 500)}`);
}
