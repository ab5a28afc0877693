import type { FastifyInstance } from 'fastify';

/** How often connections that became idle are closed while the server closes. */
const CLOSE_IDLE_EVERY_MS = 50;

/** Requests that are still running then are cut off; below the 10 s that a service has to stop. */
const CLOSE_TIMEOUT_MS = 5000;

/**
 * Closes a Fastify server: no new connections, running requests get their answer, idle connections are closed at once.
 * `app.close()` alone waits for a kept-alive connection that was busy when closing began until its keep-alive time is
 * over, which is 72 s by default.
 */
export async function closeServer(app: FastifyInstance, timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  const cutOff = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  try {
    await app.close();
  } finally {
    clearInterval(closeIdle);
    clearTimeout(cutOff);
  }
}
