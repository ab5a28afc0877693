import type { ServerResponse } from 'node:http';
import type { KubeObject } from '@tagstream/api-types';
import type { Received } from './fake-api.ts';

/** A watch that a client has opened on the fake API server. The test says what comes on it. */
export class FakeWatch {
  readonly request: Received;
  readonly #response: ServerResponse;
  /** The client has closed it. */
  readonly closed: Promise<void>;

  constructor(request: Received, response: ServerResponse) {
    this.request = request;
    this.#response = response;
    this.closed = new Promise((resolve) => response.once('close', resolve));
  }

  get query(): URLSearchParams {
    return this.request.query;
  }

  /** Accepts it without sending an event. */
  accept(): void {
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
  }

  refuse(status: number, reason: string, headers: Record<string, string> = {}): void {
    const body = { kind: 'Status', status: 'Failure', code: status, reason, message: `refused: ${reason}` };
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  }

  event(type: string, object: KubeObject): void {
    this.raw(`${JSON.stringify({ type, object })}\n`);
  }

  /** The bookmark that ends the initial events. */
  endOfInitialEvents(resourceVersion: string): void {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    this.event('BOOKMARK', { metadata: { name: '', resourceVersion, annotations } });
  }

  bookmark(resourceVersion: string): void {
    this.event('BOOKMARK', { metadata: { name: '', resourceVersion } });
  }

  error(code: number, reason: string): void {
    this.raw(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, reason, message: reason } })}\n`);
  }

  raw(text: string): void {
    this.#response.write(text);
  }

  /** Ends it as the API server does at `timeoutSeconds`. */
  end(): void {
    this.#response.end();
  }

  /** Cuts the connection. */
  cut(): void {
    this.#response.socket?.destroy();
  }
}

/** A ConfigMap-like object. */
export function item(name: string, resourceVersion: string, namespace = 'shop'): KubeObject {
  return { metadata: { namespace, name, resourceVersion } };
}
