import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isAlive } from '../src/is-alive.ts';
import { startNats } from '../src/nats.ts';
import { natsRequest } from './fixtures/nats-request.ts';

const stream = { name: 'KEPT', subjects: ['kept.>'], storage: 'file' };

describe('a NATS server', () => {
  test('keeps its streams and its address over a kill and a restart', async () => {
    await using nats = await startNats();
    const url = nats.url;
    await natsRequest(nats.port, '$JS.API.STREAM.CREATE.KEPT', stream);
    expect(await natsRequest(nats.port, 'kept.one', { n: 1 })).toMatchObject({ stream: 'KEPT', seq: 1 });

    await nats.kill();
    await nats.restart();

    expect(nats.url).toBe(url);
    const info = await natsRequest(nats.port, '$JS.API.STREAM.INFO.KEPT', {});
    expect(info).toMatchObject({ state: { messages: 1 } });
  });

  test('leaves no process and no directory behind', async () => {
    const nats = await startNats();
    const pid = nats.pid ?? 0;
    expect(isAlive(pid)).toBe(true);

    await nats[Symbol.asyncDispose]();

    expect(isAlive(pid)).toBe(false);
    expect(existsSync(nats.dir)).toBe(false);
  });

  test('takes further configuration', async () => {
    await using nats = await startNats({ config: 'authorization { token: "s3cret" }' });

    await expect(natsRequest(nats.port, '$JS.API.INFO', {})).rejects.toThrow('Authorization Violation');
  });

  test('on a port that is taken is an error that says so', async () => {
    await using first = await startNats();

    await expect(startNats({ port: first.port })).rejects.toMatchObject({ code: 'port_taken', retryable: true });
  });
});
