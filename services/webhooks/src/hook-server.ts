import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ReceiveDeps, receive } from './receive.ts';
import { senders } from './senders/index.ts';

/** Largest payload: a distribution envelope is about 1 kB an event, and no sender documents more than this. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** How long a sender may take to send its request; a slow one must not hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Longest sender name or secret in a path. */
const MAX_PATH_PART = 512;

/** When to come back after a 503: about as long as the bus takes to elect a new leader. */
const RETRY_AFTER_SECONDS = 2;

const OTHER_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

type HookRequest = FastifyRequest<{ Params: { sender: string; token?: string } }>;

/**
 * The HTTP server that senders call: `POST /hooks/<sender>` and `POST /hooks/<sender>/<token>`. It answers 202 with what it
 * made of a payload once the bus has stored it, and otherwise a status and one sentence. It never logs a request:
 * paths and headers hold secrets.
 */
export function createHookServer(deps: ReceiveDeps): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PATH_PART },
  });
  // Every content type is bytes: a parser bound to application/json would lose what distribution sends.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode >= 400) deps.telemetry.rejected(senderLabel(request), reply.statusCode);
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => refuseBrokenRequest(error, reply, deps));
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, 404, 'There is no hook here; hooks are at /hooks/<sender>.'),
  );
  for (const url of ['/hooks/:sender', '/hooks/:sender/:token']) {
    app.route({
      method: 'POST',
      url,
      onRequest: async (request: HookRequest, reply) => {
        if (!senders.has(request.params.sender)) await refuse(reply, 404, unknownSender());
      },
      handler: (request: HookRequest, reply) => answer(request, reply, deps),
    });
    app.route({
      method: OTHER_METHODS,
      url,
      onRequest: async (request: HookRequest, reply) => {
        if (!senders.has(request.params.sender)) return refuse(reply, 404, unknownSender());
        return refuse(reply.header('allow', 'POST'), 405, 'A hook takes POST only.');
      },
      handler: (_request, reply) => reply,
    });
  }
  return app;
}

async function answer(request: HookRequest, reply: FastifyReply, deps: ReceiveDeps): Promise<FastifyReply> {
  const sender = senders.get(request.params.sender);
  if (sender === undefined) return refuse(reply, 404, unknownSender());
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const received = await receive(sender, { body, headers: request.headers, pathToken: request.params.token }, deps);
  switch (received.kind) {
    case 'stored':
      return reply.code(202).send({ accepted: received.accepted, ignored: received.ignored });
    case 'unverified':
      return refuse(reply.header('www-authenticate', 'Bearer'), 401, 'The request does not carry a valid secret.');
    case 'broken':
      return refuse(reply, 400, received.reason);
    case 'not-stored':
      return refuse(
        reply.header('retry-after', RETRY_AFTER_SECONDS),
        503,
        'The notification could not be stored; deliver it again.',
      );
  }
}

/** What Fastify refuses itself: a body over the limit, a broken request line. The rest is a bug of ours. */
function refuseBrokenRequest(error: FastifyError, reply: FastifyReply, deps: ReceiveDeps): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status === 413) return refuse(reply, 413, `The body is larger than ${MAX_BODY_BYTES} bytes.`);
  if (status >= 500) deps.telemetry.failed(error);
  return status >= 500
    ? refuse(reply, 500, 'The notification could not be processed.')
    : refuse(reply, status, 'The request is not a valid HTTP request for a hook.');
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}

function unknownSender(): string {
  return `There is no hook for this sender; there is one for ${[...senders.keys()].join(', ')}.`;
}

/** Only names that exist become labels: a stranger must not be able to make up time series. */
function senderLabel(request: FastifyRequest): string {
  const { sender } = (request.params ?? {}) as { sender?: string };
  return sender !== undefined && senders.has(sender) ? sender : 'unknown';
}
