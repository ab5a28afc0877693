import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { example } from '@tagstream/dev';
import { RegistryPoll, RegistryPush, TagUpdated } from '@tagstream/events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Shop, startShop } from './shop.ts';

/** Every message that the services work on: its stream, and who consumes it. */
const messages = [
  { name: RegistryPush.name, stream: 'TAGSTREAM_WEBHOOK', consumers: ['poller-hints'] },
  { name: RegistryPoll.name, stream: 'TAGSTREAM_REGISTRY', consumers: ['trigger-polls'] },
  { name: TagUpdated.name, stream: 'TAGSTREAM_TAGS', consumers: ['trigger-workloads', 'rollout'] },
] as const;

describe('a message that is delivered twice', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await startShop();
    await (await shop.push('v2')).done;
  });
  afterAll(() => shop?.[Symbol.asyncDispose]());

  test.each(messages)('$name has one effect', async ({ stream, name, consumers }) => {
    const before = await state(shop);

    await repeatEveryMessage(shop.stack.nats.url, stream);

    await expect.poll(() => unfinished(shop.stack.nats.url, stream, consumers)).toBe(0);
    expect(await state(shop), `after every ${name} came again`).toEqual(before);
  });
});

/** What would change if something were done twice. */
async function state(shop: Shop) {
  const [stream, deployment, config, controllers] = await Promise.all([
    shop.stream(),
    shop.deployment(),
    shop.config(),
    shop.controllers(),
  ]);
  return {
    history: stream.status?.tags?.find(({ tag }) => tag === example.tag)?.items,
    deploymentGeneration: deployment.metadata.generation,
    latestVersion: config.status?.latestVersion,
    configGeneration: config.metadata.generation,
    controllers: controllers.map(({ metadata, spec }) => [metadata.name, spec.replicas]),
  };
}

/** Stores a copy of every message of the stream under another id, which is what a lost duplicate window looks like. */
async function repeatEveryMessage(natsUrl: string, stream: string): Promise<void> {
  const connection = await connect({ servers: natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    const { state: held } = await manager.streams.info(stream);
    for (let sequence = held.first_seq; sequence <= held.last_seq; sequence++) {
      const message = await manager.streams.getMessage(stream, { seq: sequence });
      if (message) await jetstream(connection).publish(message.subject, message.data, { msgID: `again-${sequence}` });
    }
  } finally {
    await connection.drain();
  }
}

/** Messages that a consumer has not acknowledged yet. */
async function unfinished(natsUrl: string, stream: string, consumers: readonly string[]): Promise<number> {
  const connection = await connect({ servers: natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    const infos = await Promise.all(consumers.map((consumer) => manager.consumers.info(stream, consumer)));
    return infos.reduce((sum, { num_pending, num_ack_pending }) => sum + num_pending + num_ack_pending, 0);
  } finally {
    await connection.drain();
  }
}
