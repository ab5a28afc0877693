/**
 * A registry for benchmarks, run as a process of its own: token authentication, a fixed service time, and counts of all it
 * was asked. It keeps nothing: every tag of a repository is the same small image, made of the repository's name. It ends with
 * the process that started it (`start-registry.ts`).
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { benchConfig, benchDigest, benchManifest, MANIFEST_TYPE } from './bench-image.ts';
import type { RegistryCommand, RegistryCounts, RegistryMessage } from './registry-messages.ts';

/** Longer than any benchmark: each needs every token once. */
const TOKEN_LIFETIME_S = 3600;

/** How long an answer about a manifest or blob takes. */
const serviceTimeMs = Number(process.argv[2]);

interface Content {
  readonly digest: string;
  readonly type: string;
  readonly body: Buffer;
}

type Counts = { -readonly [K in keyof RegistryCounts]: RegistryCounts[K] } & { perTag: Record<string, number> };

const config: Content = { ...benchConfig, body: Buffer.from(benchConfig.body) };
const manifests = new Map<string, Content>();
/** Repository that each token is for. */
const tokens = new Map<string, string>();
let sockets = 0;
let inFlight = 0;
let counts = noCounts();
let address = '';

function noCounts(): Counts {
  return { heads: 0, gets: 0, tokens: 0, refused: 0, maxInFlight: inFlight, maxSockets: sockets, perTag: {} };
}

function manifestOf(repository: string): Content {
  const known = manifests.get(repository);
  if (known !== undefined) return known;
  const manifest = {
    type: MANIFEST_TYPE,
    digest: benchDigest(repository),
    body: Buffer.from(benchManifest(repository)),
  };
  manifests.set(repository, manifest);
  return manifest;
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const { url = '', headers } = request;
  const [, repository = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
  if (url.startsWith('/token?')) giveToken(url, response);
  else if (kind === undefined) response.writeHead(404).end();
  else if (tokens.get(headers.authorization?.slice('Bearer '.length) ?? '') !== repository)
    refuse(repository, response);
  else serve(kind === 'blobs' ? config : manifestOf(repository), `${repository}:${reference}`, request, response);
}

function serve(content: Content, tag: string, { method }: IncomingMessage, response: ServerResponse): void {
  const isHead = method === 'HEAD';
  if (isHead) {
    counts.heads += 1;
    counts.perTag[tag] = (counts.perTag[tag] ?? 0) + 1;
  } else counts.gets += 1;
  inFlight += 1;
  counts.maxInFlight = Math.max(counts.maxInFlight, inFlight);
  setTimeout(() => {
    inFlight -= 1;
    response.writeHead(200, {
      'content-type': content.type,
      'content-length': content.body.length,
      'docker-content-digest': content.digest,
    });
    response.end(isHead ? undefined : content.body);
  }, serviceTimeMs);
}

function giveToken(url: string, response: ServerResponse): void {
  counts.tokens += 1;
  const scope = new URL(url, address).searchParams.get('scope') ?? '';
  const token = randomUUID();
  tokens.set(token, scope.split(':')[1] ?? '');
  const body = JSON.stringify({ token, expires_in: TOKEN_LIFETIME_S });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

function refuse(repository: string, response: ServerResponse): void {
  counts.refused += 1;
  const challenge = `Bearer realm="${address}/token",service="bench",scope="repository:${repository}:pull"`;
  response.writeHead(401, { 'www-authenticate': challenge, 'content-length': 0 }).end();
}

const tell = (message: RegistryMessage) => process.send?.(message);

const server = createServer({ keepAliveTimeout: 0 }, handle);
server.on('connection', (socket) => {
  sockets += 1;
  counts.maxSockets = Math.max(counts.maxSockets, sockets);
  socket.on('close', () => {
    sockets -= 1;
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  address = `http://127.0.0.1:${port}`;
  tell({ kind: 'listening', port });
});
process.on('message', (command: RegistryCommand) => {
  if (command === 'clear') counts = noCounts();
  tell({ kind: 'counts', counts });
});
process.on('disconnect', () => process.exit());
