import { type FastifyInstance, fastify } from 'fastify';
import { closeServer } from './close-server.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** The running admin server. */
export interface AdminServer extends AsyncDisposable {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
}

/** Nothing is uploaded to this server. */
const BODY_LIMIT_BYTES = 1024;

/** A request that is not complete by then is not a probe. */
const REQUEST_TIMEOUT_MS = 5000;

/**
 * The routes of the admin server: `/healthz` answers while the process is alive, `/readyz` 200 or 503 with every check
 * and its reason, `/metrics` the Prometheus text.
 */
export function adminApp({ health, metrics }: { readonly health: Health; readonly metrics: Metrics }): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, requestTimeout: REQUEST_TIMEOUT_MS });
  app.get('/healthz', async () => ({ alive: true }));
  app.get('/readyz', async (_request, reply) => {
    const report = await health.report();
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  return app;
}

/** Starts the admin server. */
export async function startAdminServer(options: {
  readonly host: string;
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
}): Promise<AdminServer> {
  const app = adminApp(options);
  const address = await app.listen({ host: options.host, port: options.port });
  return { address, [Symbol.asyncDispose]: () => closeServer(app) };
}
