import { createLog, createMetrics } from '@tagstream/service';
import { expect, test } from 'vitest';
import { sampleRequest } from '../src/send-sample.ts';
import { senders } from '../src/senders/index.ts';
import { createHookTelemetry } from '../src/telemetry.ts';
import { SECRET, testHooks } from './hooks.ts';

const WRONG = 'a-secret-of-somebody-else';

/** Stands in the body of what cannot be read, where senders put what is nobody's business. */
const PRIVATE = 'private-text-in-a-body';

test('no secret, no path and no body gets into a log line, an answer or a metric, whatever happens', async () => {
  const lines: string[] = [];
  const log = createLog({ service: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics();
  let answers = '';
  let stores = true;
  const { app } = testHooks({
    telemetry: createHookTelemetry(metrics, log),
    publisher: {
      publish: async () => {
        if (!stores) throw new Error('no responders');
        return 'stored';
      },
    },
  });
  const send = async (method: 'POST' | 'GET' | 'OPTIONS', path: string, headers: object, body?: Buffer | string) => {
    const response = await app.inject({ method, url: path, headers: { ...headers }, ...(body && { body }) });
    answers += JSON.stringify([response.headers, response.body]);
    return response.statusCode;
  };

  for (const sender of senders.values()) {
    const request = (secret: string) =>
      sampleRequest({
        baseUrl: 'http://hooks',
        receiver: { name: sender.name, sender: sender.name },
        proof: { secret },
        nowMs: Date.now(),
      });
    const { url, headers, body } = request(SECRET);
    const { pathname } = new URL(url);
    const wrong = request(WRONG);
    const showing = { authorization: `Bearer ${SECRET}`, 'x-jfrog-event-auth': SECRET };

    stores = true;
    expect(await send('POST', pathname, headers, body)).toBe(202);
    expect(await send('POST', new URL(wrong.url).pathname, wrong.headers, wrong.body)).toBe(401);
    expect(await send('POST', `/hooks/${sender.name}/${WRONG}/${SECRET}`, headers, body)).toBe(404);
    expect(await send('GET', `/hooks/${sender.name}/${SECRET}`, showing)).toBe(405);
    expect(await send('POST', `/hooks/${SECRET}`, showing, body)).toBe(404);
    await send('OPTIONS', `/hooks/${sender.name}/${WRONG}`, {});
    await send('POST', `/hooks/${sender.name}/${SECRET}`, showing, `{"x": "${PRIVATE}"`);
    await send('POST', `/hooks/${sender.name}/${SECRET}`, showing, `{"events": "${PRIVATE}", "action": "${PRIVATE}"}`);
    stores = false;
    expect([503, 202]).toContain(await send('POST', pathname, headers, body));
  }
  await app.close();

  expect(lines.length).toBeGreaterThan(senders.size * 3);
  const told = lines.join('') + answers + (await metrics.text());
  for (const secret of [SECRET, WRONG, PRIVATE, Buffer.from(SECRET).toString('base64'), '/hooks/quay']) {
    expect(told).not.toContain(secret);
  }
});
