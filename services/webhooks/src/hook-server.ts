import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { admit } from './admit.ts';
import { createBodyBudget } from './body-budget.ts';
import { addGitHooks, type GitHookDeps } from './git/git-hook-routes.ts';
import { permission } from './permission.ts';
import type { RateLimit } from './rate-limit.ts';
import { type ReceiveDeps, type Received, type ReceiveTelemetry, receive } from './receive.ts';
import type { HookRequest, Receiver, Receivers } from './receivers/receiver.ts';

/** Largest payload: a distribution envelope is about 1 kB an event, and no sender documents more than this. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** How long a sender may take to send its headers and its request; a slow one must not hold a connection for ever. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** How often Node looks for requests that took longer. Its own 30 s would make the times above three times as long. */
const TIMEOUT_CHECK_MS = 2_000;

/** Connections at a time; each has buffers of some 100 kB at worst. */
const MAX_CONNECTIONS = 2_000;

/** Longest receiver name or secret in a path. */
const MAX_PATH_PART = 512;

/** When to come back after a 503: about as long as the bus takes to elect a new leader. */
const RETRY_AFTER_SECONDS = 2;

/** What Fastify takes for a content type. It refuses others with 415; that must not lose a notification. */
const CONTENT_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

const OTHER_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** What the server tells besides what becomes of deliveries. */
export interface HookTelemetry extends ReceiveTelemetry {
  /** An answer of 400 or above was sent; the receiver is undefined where there is none. */
  readonly rejected: (receiver: Receiver | undefined, status: number) => void;
  /** A request failed by a bug of ours. */
  readonly failed: (error: unknown) => void;
}

export interface HookServerDeps extends ReceiveDeps {
  readonly receivers: Receivers;
  readonly rateLimit: RateLimit;
  /** Networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly telemetry: HookTelemetry;
  /** Absent: no hooks of BuildConfigs. */
  readonly gitHooks?: GitHookDeps | undefined;
}

type Request = FastifyRequest<{ Params: { receiver: string; token?: string } }>;

/**
 * The HTTP server that senders call: `POST /hooks/<receiver>` and `POST /hooks/<receiver>/<token>`. It answers 202 with what
 * it made of a payload once the bus has stored it, and otherwise a status and one sentence. It never logs a request:
 * paths and headers hold secrets.
 */
export function createHookServer(deps: HookServerDeps): FastifyInstance {
  const budget = createBodyBudget();
  const receiverOf = new WeakMap<object, Receiver>();
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { connectionsCheckingInterval: TIMEOUT_CHECK_MS, headersTimeout: HEADERS_TIMEOUT_MS },
    routerOptions: { maxParamLength: MAX_PATH_PART },
    // What cannot be routed would be answered with the path in it.
    frameworkErrors: (error, _request, reply) => {
      deps.telemetry.rejected(undefined, error.statusCode ?? 400);
      void refuse(reply, error.statusCode ?? 400, 'The path is not the path of a hook.');
    },
    trustProxy: deps.trustedProxies.length > 0 ? [...deps.trustedProxies] : false,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  // Every content type is bytes: a parser bound to application/json would lose what distribution sends.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onResponse', (request, reply, done) => {
    // Git hooks tell it themselves.
    if (reply.statusCode >= 400 && !request.routeOptions.url?.includes('/buildconfigs/')) {
      deps.telemetry.rejected(receiverOf.get(request), reply.statusCode);
    }
    done();
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => refuseBrokenRequest(error, reply, deps));
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'There is no hook here; hooks are at /hooks/<name>.'));

  const onRequest = async (request: Request, reply: FastifyReply) => {
    const { 'content-length': length, 'content-type': type } = request.headers;
    if (type !== undefined && !CONTENT_TYPE.test(type)) delete request.headers['content-type'];
    const admission = admit(
      {
        address: request.ip,
        receiver: request.params.receiver,
        bodyBytes: request.method === 'POST' ? (length === undefined ? undefined : Number(length)) : 0,
      },
      { ...deps, budget, maxBodyBytes: MAX_BODY_BYTES },
    );
    if (admission.receiver !== undefined) receiverOf.set(request, admission.receiver);
    if (admission.kind === 'refused') {
      if (admission.retryAfterSeconds !== undefined) reply.header('retry-after', admission.retryAfterSeconds);
      // The body is not read: a sender that goes on sending it must not be taken for one that sends a next request.
      return refuse(reply.header('connection', 'close'), admission.status, admission.reason);
    }
    reply.raw.once('close', admission.release);
  };
  for (const url of ['/hooks/:receiver', '/hooks/:receiver/:token']) {
    app.post(url, { onRequest }, async (request: Request, reply) => {
      const receiver = receiverOf.get(request) as Receiver; // onRequest answered where there is none
      return answer(await receive(receiver, hookRequest(request), deps), reply);
    });
    app.route({
      method: OTHER_METHODS,
      url,
      onRequest,
      handler: async (request: Request, reply) => {
        const receiver = receiverOf.get(request) as Receiver;
        if (request.method === 'OPTIONS' && receiver.sender.asksPermission) {
          const granted = await permission(receiver, hookRequest(request), deps.now());
          return granted === null ? refuseUnverified(reply) : reply.code(200).headers(granted).send();
        }
        return refuse(reply.header('allow', 'POST'), 405, 'A hook takes POST only.');
      },
    });
  }
  const { gitHooks } = deps;
  if (gitHooks !== undefined) {
    app.register((scope, _options, done) => {
      addGitHooks(scope, gitHooks, { rateLimit: deps.rateLimit, budget });
      done();
    });
  }
  return app;
}

function hookRequest(request: Request): HookRequest {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return { body, headers: request.headers, pathToken: request.params.token };
}

function answer(received: Received, reply: FastifyReply): FastifyReply {
  switch (received.kind) {
    case 'stored':
      return reply.code(202).send({ accepted: received.accepted, ignored: received.ignored });
    case 'answered':
      return reply.code(200).send(received.answer);
    case 'unverified':
      return refuseUnverified(reply);
    case 'unverifiable':
      return comeBack(reply, 'The notification could not be verified now; deliver it again.');
    case 'broken':
      return refuse(reply, 400, received.reason);
    case 'not-stored':
      return comeBack(reply, 'The notification could not be stored; deliver it again.');
  }
}

/** What Fastify refuses itself: a body over the limit, a broken request line. The rest is a bug of ours. */
function refuseBrokenRequest(error: FastifyError, reply: FastifyReply, deps: HookServerDeps): FastifyReply {
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

function refuseUnverified(reply: FastifyReply): FastifyReply {
  return refuse(reply.header('www-authenticate', 'Bearer'), 401, 'The request does not carry a valid secret.');
}

function comeBack(reply: FastifyReply, reason: string): FastifyReply {
  return refuse(reply.header('retry-after', RETRY_AFTER_SECONDS), 503, reason);
}
