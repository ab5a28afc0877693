import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type FakeBehaviour, type FakeRequest, type FakeRequestKind, wellBehaved } from './behaviour.ts';
import { FakeAuthority } from './fake-auth.ts';
import type { FakeResponse } from './fake-response.ts';
import { answer, routeOf } from './fake-routes.ts';
import { FakeStore } from './fake-store.ts';

export interface FakeRegistryOptions {
  readonly behaviour?: Partial<FakeBehaviour>;
  /** PEM of a server certificate and its key; without it the registry speaks plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Milliseconds since the epoch; tokens run out by it. */
  readonly now?: () => number;
}

/** A registry in this process, listening on a loopback port. */
export interface FakeRegistry extends AsyncDisposable {
  /** `127.0.0.1:40123` */
  readonly host: string;
  /** `http://127.0.0.1:40123` */
  readonly origin: string;
  readonly store: FakeStore;
  /** All requests since the start or the last `clearRequests`, pushes included. */
  readonly requests: readonly FakeRequest[];
  /** Number of requests of a kind. */
  count(kind: FakeRequestKind): number;
  clearRequests(): void;
  /** Turns switches; those that are not named stay. */
  behave(behaviour: Partial<FakeBehaviour>): void;
  /** Makes all tokens given out so far invalid. */
  revokeTokens(): void;
  /** Connections accepted since the start or the last `clearRequests`. */
  readonly connectionsAccepted: number;
}

/**
 * Starts a registry that can do what a real one cannot be made to do: see {@link FakeBehaviour}. With all switches off it
 * passes the same contract suite as the real one.
 */
export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  let behaviour: FakeBehaviour = { ...wellBehaved, ...options.behaviour };
  const store = new FakeStore();
  const authority = new FakeAuthority(options.now ?? Date.now);
  let requests: FakeRequest[] = [];
  let connectionsAccepted = 0;

  function respond(request: FakeRequest, body: Buffer): FakeResponse | 'silence' {
    const route = routeOf(request.method, request.path);
    if (route.kind === 'token') return authority.token(behaviour.auth, request);
    if (behaviour.silent) return 'silence';
    if (behaviour.fail !== undefined) return behaviour.fail;
    return (
      authority.check(behaviour.auth, request, route.repository, origin) ??
      answer(store, behaviour, route, request, body)
    );
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const { method = '', url: path = '', headers } = incoming;
    const request = { kind: routeOf(method, path).kind, method, path, headers, body: body.toString('utf8') };
    requests.push(request);
    const response = respond(request, body);
    if (response !== 'silence') send(outgoing, response, request, behaviour);
  }

  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    handle(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  };
  const { tls } = options;
  const server = tls ? createTlsServer({ cert: tls.certificate, key: tls.key }, onRequest) : createServer(onRequest);
  server.on('connection', () => {
    connectionsAccepted++;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`; // an address with a port, since it listens on TCP
  const origin = `${tls ? 'https' : 'http'}://${host}`;
  return {
    host,
    origin,
    store,
    get requests() {
      return requests;
    },
    count: (kind) => requests.filter((request) => request.kind === kind).length,
    clearRequests: () => {
      requests = [];
      connectionsAccepted = 0;
    },
    behave: (changes) => {
      behaviour = { ...behaviour, ...changes };
    },
    revokeTokens: () => authority.revokeTokens(),
    get connectionsAccepted() {
      return connectionsAccepted;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Writes the answer, disturbing its content where the behaviour says so. */
function send(outgoing: ServerResponse, response: FakeResponse, request: FakeRequest, behaviour: FakeBehaviour): void {
  let body = Buffer.from(response.body ?? '');
  if (response.content && behaviour.corruptBodies) {
    body = Buffer.from(body);
    body[body.length - 2] = (body[body.length - 2] ?? 0) ^ 1;
  }
  outgoing.writeHead(response.status, { ...response.headers, ...behaviour.headers, 'content-length': body.length });
  if (request.method === 'HEAD') {
    outgoing.end();
  } else if (response.content && behaviour.truncateBodies) {
    outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy());
  } else {
    outgoing.end(body);
  }
}
