import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ServersError } from './servers-error.ts';

/**
 * Ports are taken below the range from which Linux (32768) and macOS (49152) draw the local ports of outgoing
 * connections: a server that is killed and restarted finds its port still free.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** How many ports are tried before the machine counts as full. */
const PROBES = 100;

/** How often a start is repeated with other ports. Two processes would have to draw the same port as many times. */
const START_ATTEMPTS = 5;

/** A loopback port on which nobody listens now, drawn at random so that two processes seldom draw the same. */
export async function freePort(): Promise<number> {
  for (let probe = 0; probe < PROBES; probe++) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isPortFree(port)) return port;
  }
  throw new ServersError('start_failed', `No free loopback port found between ${LOWEST_PORT} and ${HIGHEST_PORT}.`);
}

/**
 * Runs `start` with free ports, and again with others while it fails because somebody else was faster.
 *
 * @throws whatever `start` throws, at once unless its code is `port_taken`.
 */
export async function withFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports: number[] = [];
    while (ports.length < count) {
      const port = await freePort();
      if (!ports.includes(port)) ports.push(port);
    }
    try {
      return await start(ports);
    } catch (error) {
      if (attempt === START_ATTEMPTS || !(error instanceof ServersError && error.code === 'port_taken')) throw error;
    }
  }
}

/** Runs `start` with the port that is given, or with a free one. */
export async function withPort<T>(port: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  return port === undefined ? withFreePorts(1, ([free = 0]) => start(free)) : start(port);
}

/** True if a process could listen on this loopback port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
