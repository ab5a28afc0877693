import { Agent, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from '@tagstream/service';
import { fastify } from 'fastify';
import { expect, test } from 'vitest';

/** A server with one route that answers when the gate opens, and a kept-alive request that is on its way. */
async function busyServer() {
  const app = fastify();
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  app.get('/slow', async () => {
    reached.resolve();
    await gate.promise;
    return 'answer';
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<string>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/slow', agent }, (response) => {
      response.setEncoding('utf8');
      response.on('data', resolve);
    }).on('error', reject);
  });
  await reached.promise;
  return { app, gate, answer, agent };
}

test('a running request gets its answer, and its kept-alive connection does not hold up the end', async () => {
  const { app, gate, answer, agent } = await busyServer();

  const closed = closeServer(app);
  gate.resolve();

  expect(await answer).toBe('answer');
  await closed; // without help this takes the keep-alive time of 72 s
  agent.destroy();
});

test('a request that does not end is cut off after the time given', async () => {
  const { app, gate, answer, agent } = await busyServer();
  const cut = expect(answer).rejects.toThrow('socket hang up');

  await closeServer(app, 50);

  await cut;
  gate.resolve();
  agent.destroy();
});
