import { createLog, createMetrics } from '@tagstream/service';
import { expect, test } from 'vitest';
import type { HookSecret } from '../../src/git/hook-secrets.ts';
import { gitHosts } from '../../src/git/hosts/index.ts';
import type { Started } from '../../src/git/receive-git-hook.ts';
import { createGitTelemetry } from '../../src/git/telemetry.ts';
import { allTriggers, buildConfig, builtBy, gitRequest, testGitHooks } from './git-hooks.ts';

const SECRET = 'secret-in-the-url';
const SIGNING = 'secret-that-signs';
const WRONG = 'secret-of-somebody-else';

/** Stands in a body, where senders put what is nobody's business. */
const PRIVATE = 'private-text-in-a-body';

test('no secret, no path and no body of a git hook gets into a log line, an answer or a metric, whatever happens', async () => {
  const lines: string[] = [];
  const log = createLog({ service: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics();
  const telemetry = createGitTelemetry(metrics, log);
  const signed: HookSecret = { value: SECRET, signing: [SIGNING] };
  let start: (number: number) => Started | Error;
  let stores = true;
  let answers = '';
  const { app } = testGitHooks({
    config: buildConfig(allTriggers({ secretReference: { name: 'hook' } })),
    secrets: { 'shop/hook': signed },
    change: {
      telemetry,
      onLater: telemetry.later,
      start: async (order) => {
        const started = start(1);
        if (started instanceof Error) throw started;
        return started.kind === 'built'
          ? { kind: 'built', build: builtBy({ ...order, request: { metadata: { name: 'web' } } }, 1) }
          : started;
      },
      defer: async () => {
        if (!stores) throw new Error('no responders');
      },
    },
  });
  const send = async (request: ReturnType<typeof gitRequest>, change: object = {}) => {
    const response = await app.inject({ ...request, ...change });
    answers += JSON.stringify([response.headers, response.body]);
    return response.statusCode;
  };

  for (const host of gitHosts.values()) {
    const right = gitRequest(host.type, SECRET);
    const sign = (body: string) => ({
      body,
      headers: { ...right.headers, ...host.proof.sign(SIGNING, Buffer.from(body), Date.now()).headers },
    });
    const built: Started = { kind: 'built', build: { metadata: { name: 'web-1' }, spec: { strategy: {} } } };
    start = () => built;
    expect(await send(right, sign(right.body))).toBe(200);
    expect(await send(right)).toBe(401);
    expect(await send(gitRequest(host.type, WRONG), sign(right.body))).toBe(401);
    expect(
      await send(
        gitRequest(host.type, SECRET, {
          path: `/oapi/v1/namespaces/${SECRET}/buildconfigs/${WRONG}/webhooks/x/${host.type}`,
        }),
      ),
    ).toBe(401);
    expect(
      await send(
        gitRequest(host.type, SECRET, {
          path: `/oapi/v1/namespaces/shop/buildconfigs/web/webhooks/${host.type}/${SECRET}/${WRONG}`,
        }),
      ),
    ).toBe(400);
    expect(await send(right, { method: 'GET' })).toBe(405);
    expect([200, 400]).toContain(await send(right, sign(`{"ref": "${PRIVATE}"`)));
    expect([200, 400]).toContain(
      await send(right, sign(`{"ref": ["${PRIVATE}"], "git": "${PRIVATE}", "push": "${PRIVATE}"}`)),
    );
    start = () => ({ kind: 'impossible', error: new Error('paused') });
    expect(await send(right, sign(right.body))).toBe(500);
    start = () => new Error('a bug');
    expect(await send(right, sign(right.body))).toBe(500);
    start = () => ({ kind: 'later', error: new Error('away') });
    stores = true;
    expect(await send(right, sign(right.body))).toBe(202);
    stores = false;
    expect(await send(right, sign(right.body))).toBe(503);
  }
  await app.close();

  expect(lines.length).toBeGreaterThan(gitHosts.size * 6);
  // An answer names the BuildConfig of the URL to the one who sent it, and nothing else of what he sent.
  const told = lines.join('') + (await metrics.text());
  for (const secret of [SECRET, SIGNING, WRONG, PRIVATE, '/buildconfigs/', 'Added license', 'ada@example.com']) {
    expect(told).not.toContain(secret);
    if (secret !== WRONG) expect(answers).not.toContain(secret);
  }
});
