import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BodyBudget } from '../body-budget.ts';
import type { RateLimit } from '../rate-limit.ts';
import { type AuthenticateDeps, authenticate, type KnownHook } from './authenticate.ts';
import { type HookAddress, hookAddress } from './hook-address.ts';
import { type GitReceiveDeps, type GitReceived, receiveGitHook } from './receive-git-hook.ts';
import { failure, internalFailure, type Status, success, warningHeader } from './status.ts';

/** Where OpenShift has its hooks, and where older guides write them. */
const PREFIXES = ['/apis/build.openshift.io/v1', '/apis/build/v1', '/oapi/v1'];

/** Largest payload. A push of 2,000 commits, which is as many as GitHub lists, has about 2 MB. Only who knows the secret may send it. */
const MAX_GIT_BODY_BYTES = 4 * 1024 * 1024;

/** When to come back after a 503: about as long as an API server or the bus takes to be there again. */
const RETRY_AFTER_SECONDS = 2;

const OTHER_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The facts that are told about git hooks. */
export interface GitHookTelemetry {
  readonly received: (address: HookAddress) => void;
  readonly gitReceived: (hook: KnownHook, received: GitReceived) => void;
  /** An answer of 400 or above. The address is undefined when the path is not that of a hook. */
  readonly gitRejected: (address: HookAddress | undefined, status: number) => void;
  /** The secret was not that of a hook of this BuildConfig, which there is. */
  readonly wrongSecret: (address: HookAddress) => void;
  readonly failed: (error: unknown) => void;
}

export interface GitHookDeps extends AuthenticateDeps, GitReceiveDeps {
  readonly telemetry: GitHookTelemetry;
}

interface Limits {
  readonly rateLimit: RateLimit;
  readonly budget: BodyBudget;
}

type Request = FastifyRequest<{ Params: { namespace: string; name: string; '*'?: string } }>;

/** What is known of a request whose body may come. */
interface Admitted {
  readonly hook: KnownHook;
  readonly contentType: string | undefined;
}

/**
 * Adds OpenShift's hooks of BuildConfigs to the server: `POST …/namespaces/<ns>/buildconfigs/<name>/webhooks/<secret>/<type>`. The
 * secret is in the URL, so that a body is read only of those who know it. Answers are those of OpenShift's API server.
 */
export function addGitHooks(app: FastifyInstance, deps: GitHookDeps, limits: Limits): void {
  const admitted = new WeakMap<object, Admitted>();
  app.setErrorHandler((error: FastifyError, request: Request, reply) => {
    const status = error.statusCode ?? 500;
    deps.telemetry.gitRejected(admitted.get(request)?.hook.address, status);
    if (status >= 500) deps.telemetry.failed(error);
    if (status === 413) return refuse(reply, tooLarge());
    const refusal =
      status >= 500 ? internalFailure('hook failed') : failure(status, 'the request is not a valid HTTP request');
    return refuse(reply, refusal);
  });

  const onRequest = async (request: Request, reply: FastifyReply) => {
    const turnedAway = (status: Status, address?: HookAddress) => {
      deps.telemetry.gitRejected(address, status.code);
      // The body is not read: a sender that goes on sending it must not be taken for one that sends a next request.
      return refuse(reply.header('connection', 'close'), status);
    };
    const waitSeconds = limits.rateLimit.take(request.ip);
    if (waitSeconds > 0) {
      reply.header('retry-after', waitSeconds);
      return turnedAway(failure(429, 'there are too many requests from this address; come back later'));
    }
    if (request.method !== 'POST') {
      reply.header('allow', 'POST');
      return turnedAway(failure(405, 'the server does not allow this method on the requested resource'));
    }
    const { namespace, name, '*': subpath = '' } = request.params;
    const address = hookAddress(namespace, name, subpath);
    if ('kind' in address) return turnedAway(address);
    deps.telemetry.received(address);
    const { 'content-length': length, 'transfer-encoding': encoding, 'content-type': contentType } = request.headers;
    const bytes = encoding === undefined ? Number(length ?? 0) : MAX_GIT_BODY_BYTES;
    if (bytes > MAX_GIT_BODY_BYTES) return turnedAway(tooLarge(), address);
    const known = await authenticate(address, deps);
    if (known.kind === 'refused') {
      if (known.isConfig) deps.telemetry.wrongSecret(address);
      return turnedAway(unauthorized(address), address);
    }
    const release = known.kind === 'known' ? limits.budget.reserve(request.ip, bytes) : null;
    if (known.kind === 'unknown' || release === null) {
      reply.header('retry-after', RETRY_AFTER_SECONDS);
      return turnedAway(failure(503, 'the hook cannot be checked now; deliver it again'), address);
    }
    // A sender that went away while the secret was looked up has had its "close" already.
    if (reply.raw.closed) release();
    else reply.raw.once('close', release);
    admitted.set(request, { hook: known, contentType });
    // Fastify answers some of what senders write there with 415; what it means is for the hook to say.
    delete request.headers['content-type'];
  };

  for (const url of PREFIXES.map((prefix) => `${prefix}/namespaces/:namespace/buildconfigs/:name/webhooks`)) {
    for (const path of [url, `${url}/*`]) {
      app.route({ method: OTHER_METHODS, url: path, onRequest, handler: nobody });
      app.post(path, { onRequest, bodyLimit: MAX_GIT_BODY_BYTES }, async (request: Request, reply) => {
        const { hook, contentType } = admitted.get(request) as Admitted; // onRequest answered where there is none
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const headers = { ...request.headers, 'content-type': contentType };
        const received = await receiveGitHook(hook, { body, headers }, deps);
        deps.telemetry.gitReceived(hook, received);
        return answer(hook.address, received, reply, deps.telemetry);
      });
    }
  }
}

/** Stands behind methods that `onRequest` refuses. */
async function nobody(): Promise<never> {
  throw new Error('a request that is not a POST was not refused');
}

function answer(
  address: HookAddress,
  received: GitReceived,
  reply: FastifyReply,
  told: GitHookTelemetry,
): FastifyReply {
  const rejected = (status: Status) => {
    told.gitRejected(address, status.code);
    return refuse(reply, status);
  };
  switch (received.kind) {
    case 'built':
      if (received.warning !== undefined) reply.header('warning', warningHeader(received.warning));
      return reply.code(200).send({ kind: 'Build', apiVersion: 'build.openshift.io/v1', ...received.build });
    case 'skipped':
      return received.warning === undefined
        ? reply.code(200).send()
        : reply.code(200).send(success(200, received.warning));
    case 'deferred':
      return reply.code(202).send(success(202, 'the API server does not answer; the build is made as soon as it does'));
    case 'unsigned':
      return rejected(unauthorized(address));
    case 'refused':
      return rejected(failure(400, received.message));
    case 'impossible':
      return rejected(internalFailure(`could not generate a build: ${received.message}`));
    case 'not-stored':
      reply.header('retry-after', RETRY_AFTER_SECONDS);
      return rejected(failure(503, 'neither the API server nor NATS answers; deliver it again'));
  }
}

/** OpenShift: the same for a wrong secret, a trigger that is not there and a BuildConfig that is not there. */
function unauthorized({ host, name }: HookAddress): Status {
  return failure(401, `the webhook "${host.type}" for "${name}" did not accept your secret`);
}

function tooLarge(): Status {
  return failure(413, `the body is larger than ${MAX_GIT_BODY_BYTES} bytes`);
}

function refuse(reply: FastifyReply, status: Status): FastifyReply {
  return reply.code(status.code).send(status);
}
