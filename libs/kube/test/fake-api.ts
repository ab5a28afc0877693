import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectOptions, connectKube, type KubeClient } from '@tagstream/kube';
import { FakeWatch } from './fake-watch.ts';
import { Queue } from './queue.ts';

/** A request as the fake received it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the fake answers: `hang` never does, `reset` cuts the connection. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | 'hang'
  | 'reset';

/**
 * Stands for an API server where the real one cannot be made to misbehave. The test answers each watch by hand; everything
 * else is answered by `reply`.
 */
export interface FakeApi extends AsyncDisposable {
  readonly url: string;
  readonly requests: Received[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Connections open now. */
  readonly open: () => number;
  reply: (request: Received) => Reply;
  /** The next watch that is opened, in order. */
  nextWatch(): Promise<FakeWatch>;
  client(options?: Partial<ConnectOptions>): Promise<KubeClient>;
  /** Writes a kubeconfig that points here, or to another server or through a proxy. */
  kubeconfig(token: string, server?: string, proxy?: string): Promise<string>;
}

/** Starts a fake API server on a free loopback port. */
export async function startFakeApi(): Promise<FakeApi> {
  const requests: Received[] = [];
  const watches = new Queue<FakeWatch>();
  const sockets = new Set<Socket>();
  let accepted = 0;
  const directory = await mkdtemp(join(tmpdir(), 'kube-test-'));
  const server = createServer((request, response) => void handle(request, response));
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const received: Received = {
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(received);
    if (searchParams.get('watch') === 'true') watches.push(new FakeWatch(received, response));
    else send(response, api.reply(received));
  }

  const api: FakeApi = {
    url,
    requests,
    connections: () => accepted,
    open: () => sockets.size,
    reply: ({ method, path }) => ({ status: 500, body: `the test did not expect ${method} ${path}` }),
    nextWatch: () => watches.shift(),
    async client(options = {}) {
      const kubeconfig = options.kubeconfig ?? (await api.kubeconfig('secret'));
      return await connectKube({ userAgent: 'kube-test/1', ...options, kubeconfig });
    },
    async kubeconfig(token, server = url, proxy) {
      const file = join(directory, 'kubeconfig');
      const config = {
        'current-context': 'fake',
        clusters: [{ name: 'fake', cluster: { server, ...(proxy === undefined ? {} : { 'proxy-url': proxy }) } }],
        users: [{ name: 'me', user: { token } }],
        contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me' } }],
      };
      await writeFile(file, JSON.stringify(config));
      return file;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await rm(directory, { recursive: true });
    },
  };
  return api;
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'reset') {
    response.socket?.destroy();
    return;
  }
  const isText = typeof reply.body === 'string';
  const headers = { 'content-type': isText ? 'text/plain' : 'application/json', ...reply.headers };
  response.writeHead(reply.status, headers).end(isText ? reply.body : JSON.stringify(reply.body ?? {}));
}

/** A `Status` as the API server refuses with. */
export function failure(code: number, reason: string, message: string, details: object = {}): Reply {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details },
  };
}
