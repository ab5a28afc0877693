import type { Dispatcher } from 'undici';
import { type ConnectionOptions, createConnections } from './connections.ts';
import { RegistryError } from './errors.ts';
import { toTransportError } from './transport-error.ts';

/** Kept from the body of an answer that is no success: enough for its error code. */
const MAX_ERROR_BODY_BYTES = 16 * 1024;

const NO_BODY = new Uint8Array(0);

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** True accepts any certificate. */
  readonly insecure: boolean;
  /** Longest body of a success that is accepted. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; lines of the same name joined with a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** Sends one request and reads its whole answer. Knows nothing of registries, redirects or authentication. */
export interface Transport {
  /** @throws {RegistryError} when there is no answer, or one that is too large; the signal's reason when aborted. */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** HTTP/1.1 over kept-alive connections, a bounded number to each origin. */
export function createTransport(options: ConnectionOptions): Transport {
  const connections = createConnections(options);
  const isProxied = options.proxy?.httpProxy !== undefined || options.proxy?.httpsProxy !== undefined;
  return {
    send: (request) => exchange(connections.to(request.url, request.insecure), request, isProxied),
    close: () => connections.close(),
  };
}

async function exchange(dispatcher: Dispatcher, request: HttpRequest, isProxied: boolean): Promise<HttpResponse> {
  const { url } = request;
  try {
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      signal: request.signal,
      // By default undici closes a connection after HEAD, the request a poller mostly makes.
      reset: false,
    });
    const status = answer.statusCode;
    return { status, headers: joinHeaders(answer.headers), body: await readBody(answer, request) };
  } catch (cause) {
    request.signal.throwIfAborted();
    throw toTransportError(cause, url.host, isProxied);
  }
}

/** The body of an answer; of one that is no success, only its start. */
async function readBody({ statusCode, body }: Dispatcher.ResponseData, request: HttpRequest): Promise<Uint8Array> {
  if (request.method === 'HEAD') {
    await body.dump(); // there is none; reading it like one would cost as much as all else that is done for the answer
    return NO_BODY;
  }
  return statusCode < 300 ? readAll(body, request.maxBytes, request.url.host) : readStart(body);
}

async function readAll(body: Dispatcher.ResponseData['body'], maxBytes: number, host: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new RegistryError('too_large', `${host} sent more than ${maxBytes} bytes.`, { host });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readStart(body: Dispatcher.ResponseData['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    chunks.push(chunk);
    if (size >= MAX_ERROR_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ERROR_BODY_BYTES);
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  const joined: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) joined[name] = Array.isArray(value) ? value.join(', ') : value;
  return joined;
}
