import type { Dispatcher } from 'undici';
import { answerError } from './answer-error.ts';
import type { ConnectOptions, RequestMetrics } from './connect-options.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { KubeError } from './kube-error.ts';
import type { Lane, Session } from './session.ts';
import { transportError } from './transport-error.ts';

/** A request before credentials are added. */
export interface Call {
  readonly verb: RequestMetrics['verb'];
  /** Plural of the resource, for metrics. */
  readonly resource: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, with the query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** JSON, or else anything, by default: logs and health checks are text. */
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** An answer that was not a refusal. */
export interface Answer {
  readonly contentType: string;
  readonly text: string;
}

export interface Transport {
  /** Sends and reads the whole answer. */
  send(call: Call): Promise<Answer>;
  /** Sends and returns the body as it comes. It ends with `timeout` when no byte comes for `idleTimeoutMs`. */
  open(call: Call, idleTimeoutMs: number): Promise<AsyncIterable<Uint8Array>>;
}

/** More than the largest sensible page: 500 objects of 256 KiB. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

/** Carries requests to the API server. Every failure is a {@link KubeError}, or the reason of the caller's signal. */
export function createTransport(
  session: Session,
  options: Pick<ConnectOptions, 'userAgent' | 'onRequest'> & { readonly requestTimeoutMs: number },
): Transport {
  async function exchange<R>(
    call: Call,
    use: 'request' | 'watch',
    deadline: Deadline,
    bodyTimeoutMs: number,
    consume: (response: Dispatcher.ResponseData) => Promise<R>,
  ): Promise<R> {
    const startedAt = performance.now();
    let status = 0;
    try {
      const result = await guarded(call, deadline, async () => {
        let lane = await session.lane(use);
        let response = await dispatch(call, lane, deadline.signal, bodyTimeoutMs);
        if (response.statusCode === 401 && (await session.renew(lane.revision))) {
          await response.body.dump();
          lane = await session.lane(use);
          response = await dispatch(call, lane, deadline.signal, bodyTimeoutMs);
        }
        status = response.statusCode;
        if (status >= 300) throw await refusal(call, response);
        return await consume(response);
      });
      report(call, startedAt, status);
      return result;
    } catch (error) {
      report(call, startedAt, status, error instanceof KubeError ? error.code : 'aborted');
      throw error;
    }
  }

  function dispatch(
    call: Call,
    lane: Lane,
    signal: AbortSignal,
    bodyTimeout: number,
  ): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string | string[]> = {
      accept: call.accept ?? 'application/json, */*',
      'user-agent': options.userAgent,
      ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
    };
    for (const [name, value] of Object.entries(lane.headers)) {
      headers[name] = typeof value === 'string' ? value : [...value];
    }
    return lane.dispatcher.request({
      method: call.method,
      path: lane.basePath + call.path,
      headers,
      body: call.body ?? null,
      signal,
      bodyTimeout,
      headersTimeout: 0, // the deadline covers it, and the time spent waiting for a connection too
    });
  }

  function report(call: Call, startedAt: number, status: number, code?: RequestMetrics['code']): void {
    const { verb, resource } = call;
    const durationMs = performance.now() - startedAt;
    try {
      options.onRequest?.({ verb, resource, status, durationMs, ...(code === undefined ? {} : { code }) });
    } catch {
      // what measures must not break what is measured
    }
  }

  return {
    async send(call) {
      using deadline = startDeadline(call.timeoutMs ?? options.requestTimeoutMs, call.signal);
      return await exchange(call, 'request', deadline, 0, async ({ headers, body }) => ({
        contentType: String(headers['content-type'] ?? ''),
        text: await readBody(call, body),
      }));
    },
    async open(call, idleTimeoutMs) {
      const deadline = startDeadline(options.requestTimeoutMs, call.signal);
      try {
        const body = await exchange(call, 'watch', deadline, idleTimeoutMs, async (response) => response.body);
        deadline.clear(); // accepted: from here on only the caller's signal and silence end it
        return guardedBody(call, body, deadline);
      } catch (error) {
        deadline[Symbol.dispose]();
        throw error;
      }
    },
  };
}

async function refusal(call: Call, response: Dispatcher.ResponseData): Promise<KubeError> {
  const text = await readBody(call, response.body);
  const { 'content-type': contentType, 'retry-after': retryAfter } = response.headers;
  let body: unknown = text;
  if (String(contentType).includes('json')) {
    try {
      body = JSON.parse(text);
    } catch {
      // a cut or mislabelled body is shown as text
    }
  }
  const request = requestName(call);
  const refused = { request, status: response.statusCode, retryAfter: retryAfter?.toString(), body };
  return answerError(refused, Date.now());
}

async function readBody(call: Call, body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new KubeError(
        'invalid',
        `${requestName(call)}: answer of more than ${MAX_ANSWER_BYTES} bytes: ask for less`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function* guardedBody(
  call: Call,
  body: AsyncIterable<Uint8Array>,
  deadline: Deadline,
): AsyncGenerator<Uint8Array, void, undefined> {
  using _ = deadline;
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await guarded(call, deadline, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function guarded<R>(call: Call, deadline: Deadline, run: () => Promise<R>): Promise<R> {
  try {
    call.signal?.throwIfAborted();
    return await run();
  } catch (error) {
    call.signal?.throwIfAborted();
    if (deadline.expired) {
      throw new KubeError('timeout', `${requestName(call)}: no answer within ${deadline.timeoutMs} ms`, {
        cause: error,
      });
    }
    throw transportError(requestName(call), error);
  }
}

/** Verb and path for messages, without the query: selectors and tokens of pages are noise there. */
function requestName(call: Call): string {
  return `${call.method} ${call.path.replace(/\?.*$/s, '')}`;
}
