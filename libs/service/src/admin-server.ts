import { type FastifyInstance, fastify } from 'fastify';
import type { AdminPages } from './admin-page.ts';
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

/** What the admin server shows. */
interface AdminParts {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly pages?: AdminPages;
}

/**
 * The routes of the admin server: `/healthz` answers while the process is alive, `/readyz` 200 or 503 with every check
 * and its reason, `/metrics` the Prometheus text, and the pages of the service itself.
 */
export function adminApp({ health, metrics, pages }: AdminParts): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, requestTimeout: REQUEST_TIMEOUT_MS });
  app.get('/healthz', async () => ({ alive: true }));
  app.get('/readyz', async (_request, reply) => {
    const report = await health.report();
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  // A running server takes no further routes, so one route serves what is added later.
  app.get('/*', async (request, reply) => {
    const { pathname, searchParams } = new URL(request.url, 'http://admin');
    const page = pages?.get(pathname);
    if (page === undefined) return reply.code(404).send({ error: `there is no page ${pathname}` });
    const { status, body } = await page(searchParams);
    return reply.code(status).type('application/json').send(JSON.stringify(body));
  });
  return app;
}

/** Starts the admin server. */
export async function startAdminServer(
  options: AdminParts & { readonly host: string; readonly port: number },
): Promise<AdminServer> {
  const app = adminApp(options);
  const address = await app.listen({ host: options.host, port: options.port });
  return { address, [Symbol.asyncDispose]: () => closeServer(app) };
}
