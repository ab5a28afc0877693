import { connectBus } from '@tagstream/bus';
import {
  CHECKS_BUCKET,
  checkKey,
  checkScope,
  checkShard,
  DeadLetter,
  DeadLetterStream,
  turnOffset,
} from '@tagstream/events';
import { type NatsServer, startNats } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectNats } from '../src/nats/connect.ts';
import { readChecks } from '../src/nats/read-checks.ts';
import { readDeadLetters } from '../src/nats/read-dead-letters.ts';

/** What docs/cli.md says that an account needs. */
const READER = [
  '$JS.API.STREAM.INFO.*',
  '$JS.API.DIRECT.GET.KV_tagstream_checks.>',
  '$JS.API.DIRECT.GET.TAGSTREAM_DEADLETTER.>',
  '$JS.API.CONSUMER.*.TAGSTREAM_DEADLETTER.>',
  '$JS.API.CONSUMER.MSG.NEXT.TAGSTREAM_DEADLETTER.>',
];

const tag = { namespace: 'shop', stream: 'web', tag: 'latest' };
const from = 'registry.example.com/shop/web:latest';
const host = { env: {}, signal: new AbortController().signal };

describe('what is read from NATS', () => {
  const stack = new AsyncDisposableStack();
  let nats: NatsServer;
  const urlOf = (user: string) => nats.url.replace('nats://', `nats://${user}:${user}-password@`);

  beforeAll(async () => {
    const permissions = `{ publish: ${JSON.stringify(READER)}, subscribe: ["_INBOX.>"] }`;
    const users = [
      '{ user: admin, password: admin-password }',
      `{ user: reader, password: reader-password, permissions: ${permissions} }`,
    ];
    nats = stack.use(await startNats({ config: `authorization { users: [${users.join(', ')}] }` }));
  });
  afterAll(() => stack.disposeAsync());

  test('is nothing before any service has run', async () => {
    await using bus = await connectNats(urlOf('reader'), host);
    expect(await readChecks(bus, [{ tag, from }])).toEqual(new Map());
    expect(await readDeadLetters(bus, host.signal)).toEqual([]);
  });

  test('is read with no more rights than are documented, and nothing is created', async () => {
    await using admin = await connectBus({ servers: urlOf('admin'), name: 'trigger' });
    const bucket = await admin.bucket(CHECKS_BUCKET);
    const shard = checkShard(turnOffset(from));
    // Pollers of all namespaces and one of this namespace alone: the later check counts.
    await bucket.put(checkKey(checkScope(undefined), shard), {
      'shop/web/latest': { c: 5 },
      'shop/other/latest': { c: 9 },
    });
    await bucket.put(checkKey(checkScope('shop'), shard), { 'shop/web/latest': { c: 7, i: 900_000 } });
    await admin.ensureStreams([DeadLetterStream]);
    for (const sequence of [1, 2]) await admin.publish(DeadLetter, { ...DeadLetter.sample, sequence });

    await using bus = await connectNats(urlOf('reader'), host);

    expect(await readChecks(bus, [{ tag, from }])).toEqual(new Map([['shop/web/latest', { c: 7, i: 900_000 }]]));
    expect((await readDeadLetters(bus, host.signal)).map(({ letter }) => letter.sequence)).toEqual([1, 2]);
  });

  test('is refused with a reason that holds no password', async () => {
    const refused = connectNats(nats.url.replace('nats://', 'nats://reader:wrong-password@'), host);
    await expect(refused).rejects.toThrow(/cannot connect to .*uthori[sz]ation/i);
    await expect(refused).rejects.not.toThrow(/wrong-password/);
  });
});
