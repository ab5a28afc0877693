import type { LocalNameContext } from '@tagstream/image-stream';
import Fastify, { type FastifyError, type FastifyReply } from 'fastify';
import { parseReview, ReviewError, reviewAnswer } from './admission-review.ts';
import type { ServingCertificate } from './certificate/serving-certificate.ts';
import { judge } from './judge.ts';
import type { AdmissionTelemetry } from './telemetry.ts';

/** Path that the API server is told to call. */
export const ADMISSION_PATH = '/admission';

/** Largest review: etcd takes objects up to 1.5 MiB, and a change brings the object before and after it. */
export const MAX_REVIEW_BYTES = 3 * 1024 * 1024;

/** How long a request may take to arrive. The API server itself waits for an answer for at most 30 s. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Longer than the 90 s after which Go closes an idle connection: the side that sends must be the one that closes. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;

/** API servers keep a few dozen connections each; what is beyond this does not come from them. */
const MAX_CONNECTIONS = 1_000;

export interface AdmissionServerDeps {
  /** What is known of a stream; undefined where it is not yet known which streams there are. */
  readonly streams: () => LocalNameContext['streamOf'] | undefined;
  readonly telemetry: AdmissionTelemetry;
}

export type AdmissionServer = ReturnType<typeof createAdmissionServer>;

/**
 * The HTTPS server that API servers ask about each write: `POST /admission` with an AdmissionReview. It answers 200 and
 * allows, 400 for what is no review, 503 while the streams are not known; the API server goes on without an answer then.
 */
export function createAdmissionServer({ cert, key }: ServingCertificate, { streams, telemetry }: AdmissionServerDeps) {
  const app = Fastify({
    https: { cert, key, minVersion: 'TLSv1.2' },
    logger: false,
    bodyLimit: MAX_REVIEW_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // An answer takes nothing but memory: a request that comes while the server closes gets one, too.
    return503OnClosing: false,
    // An object is read and never merged into another; no key in it can do harm.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  // A caller that was told will not send its next request just when the connection ends.
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (_request, reply) => telemetry.answered(reply.statusCode, reply.elapsedTime));
  app.setErrorHandler((error: FastifyError | ReviewError, _request, reply) => refuseError(error, reply, telemetry));
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, `reviews go to POST ${ADMISSION_PATH}`));
  app.post(ADMISSION_PATH, (request, reply) => {
    const review = parseReview(request.body);
    const streamOf = streams();
    if (streamOf === undefined) return refuse(reply, 503, 'the ImageStreams are not read yet');
    const verdict = judge(review, streamOf);
    telemetry.judged(review, verdict);
    return reply.send(reviewAnswer(review.uid, verdict));
  });
  return app;
}

/** Uses another certificate for new connections. Those that are open go on with theirs. */
export function replaceCertificate(app: AdmissionServer, { cert, key }: ServingCertificate): void {
  app.server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
}

function refuseError(
  error: FastifyError | ReviewError,
  reply: FastifyReply,
  telemetry: AdmissionTelemetry,
): FastifyReply {
  if (error instanceof ReviewError) return refuse(reply, 400, error.message);
  const status = error.statusCode ?? 500;
  if (status < 500) return refuse(reply, status, error.message);
  telemetry.failed(error);
  return refuse(reply, 500, 'the review could not be answered');
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}
