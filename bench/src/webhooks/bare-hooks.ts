/**
 * The least that can take a delivery: a Fastify route that publishes the bytes it gets and answers once they are stored.
 * Nothing is verified, read or told. Started like a service, so that both run under the same conditions.
 */
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import Fastify from 'fastify';

const { NATS_URL = '', TAGSTREAM_PREFIX = '', TAGSTREAM_ADMIN_PORT = '' } = process.env;

const js = jetstream(await connect({ servers: NATS_URL }));
const hooks = Fastify();
hooks.removeAllContentTypeParsers();
hooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
hooks.post('/hooks/bare', async (request, reply) => {
  const msgID = String(request.headers['x-github-delivery']);
  await js.publish(`${TAGSTREAM_PREFIX}.webhook.registry.bare`, request.body as Buffer, { msgID });
  return reply.code(202).send({ accepted: 1 });
});
const address = await hooks.listen({ host: '127.0.0.1', port: 0 });

const admin = Fastify();
admin.get('/readyz', async () => ({ ready: true }));
admin.get('/metrics', async () => {
  const { user, system } = process.cpuUsage();
  const rss = process.memoryUsage.rss();
  return `process_cpu_seconds_total ${(user + system) / 1e6}\nprocess_resident_memory_bytes ${rss}\n`;
});
await admin.listen({ host: '127.0.0.1', port: Number(TAGSTREAM_ADMIN_PORT) });
process.stdout.write(`${JSON.stringify({ message: 'hooks open', address })}\n`);
