import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, inject, test } from 'vitest';
import { isAlive } from '../src/is-alive.ts';
import { startRegistry } from '../src/registry.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Pushes an image without layers; gives its digest. */
async function push(url: string, repository: string, tag: string): Promise<string> {
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {} });
  const upload = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const at = `${upload.headers.get('location')}&digest=${digestOf(config)}`;
  await fetch(at, { method: 'PUT', body: config, headers: { 'content-type': 'application/octet-stream' } });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
    layers: [],
  });
  const headers = { 'content-type': manifestType };
  const put = await fetch(`${url}/v2/${repository}/manifests/${tag}`, { method: 'PUT', body: manifest, headers });
  expect(put.status).toBe(201);
  return digestOf(manifest);
}

const head = (url: string, reference: string): Promise<Response> =>
  fetch(`${url}/v2/${reference}`, { method: 'HEAD', headers: { accept: manifestType } });

describe('a registry', () => {
  test('shared by a test run answers at the address that tests are given', async () => {
    expect((await fetch(`http://${inject('registryHost')}/v2/`)).status).toBe(200);
  });

  test('keeps images over a kill and a restart, deletes, and leaves no process behind', async () => {
    const registry = await startRegistry();
    const digest = await push(registry.url, 'team/app', 'v1');
    const first = registry.pid ?? 0;

    await registry.kill();
    await registry.restart();
    const found = await head(registry.url, 'team/app/manifests/v1');
    expect(found.headers.get('docker-content-digest')).toBe(digest);

    await fetch(`${registry.url}/v2/team/app/manifests/${digest}`, { method: 'DELETE' });
    expect((await head(registry.url, 'team/app/manifests/v1')).status).toBe(404);

    const second = registry.pid ?? 0;
    await registry[Symbol.asyncDispose]();
    expect([first, second].map(isAlive)).toEqual([false, false]);
  });

  test('announces pushes with the header that it is given', async () => {
    const announced = Promise.withResolvers<{ authorization: string | undefined; target: object }>();
    const receiver = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.end();
      const { events } = JSON.parse(body) as { events: readonly { target: { tag?: string } }[] };
      for (const { target } of events) {
        if (target.tag) announced.resolve({ authorization: request.headers.authorization, target });
      }
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    await using registry = await startRegistry({ notifications: { url, authorization: 'Bearer s3cret' } });

    const digest = await push(registry.url, 'team/app', 'v1');

    expect(await announced.promise).toEqual({
      authorization: 'Bearer s3cret',
      target: expect.objectContaining({ repository: 'team/app', tag: 'v1', digest }),
    });
    receiver.close();
  });

  test('with authentication is ready when it turns strangers away', async () => {
    await using registry = await startRegistry({ auth: { silly: { realm: 'test', service: 'test' } } });

    expect((await fetch(`${registry.url}/v2/`)).status).toBe(401);
  });
});
