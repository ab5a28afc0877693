import { adminApp, createHealth, createLog, createMetrics, type Health } from '@tagstream/service';
import { testClock } from '@tagstream/service/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly check: string;
  readonly detail: string;
}

let lines: Line[];
let health: Health;
const clock = testClock();
beforeEach(() => {
  lines = [];
  const log = createLog({
    service: 'test',
    level: 'info',
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
  health = createHealth({ log, clock });
});

describe('report', () => {
  test('is ready without any part', async () => {
    expect(await health.report()).toEqual({ ready: true, checks: {} });
  });

  test('is ready only when every part is, and says why not', async () => {
    health.set('nats', { ready: true, detail: 'connected' });
    health.check('watch', () => ({ ready: false, detail: 'listing ImageStreams' }));

    expect(await health.report()).toEqual({
      ready: false,
      checks: {
        nats: { ready: true, detail: 'connected' },
        watch: { ready: false, detail: 'listing ImageStreams' },
      },
    });
  });

  test.each([
    ['throws', () => Promise.reject(new Error('no route to host')), 'no route to host'],
    ['does not answer', () => new Promise<never>(() => undefined), 'no answer within 800 ms'],
  ])('a check that %s is not ready', async (_, ask, detail) => {
    health.check('probe', ask);

    const report = health.report();
    await clock.advance(800);

    expect((await report).checks).toEqual({ probe: { ready: false, detail } });
  });

  test('forgets a part that was removed', async () => {
    health.set('gone', { ready: false, detail: 'gone' });
    health.remove('gone');

    expect(await health.report()).toEqual({ ready: true, checks: {} });
  });
});

describe('changes of readiness', () => {
  test('are logged once each, with the reason', async () => {
    health.set('nats', { ready: false, detail: 'connecting' });
    health.set('nats', { ready: false, detail: 'still connecting' });
    health.set('nats', { ready: true, detail: 'connected' });
    await health.report();
    health.set('nats', { ready: false, detail: 'connection lost' });
    await health.report();

    expect(lines.map(({ level, message, check, detail }) => [level, message, check, detail])).toEqual([
      ['info', 'not ready yet', 'nats', 'connecting'],
      ['info', 'ready', 'nats', 'connected'],
      ['warn', 'no longer ready', 'nats', 'connection lost'],
    ]);
  });

  test('of a check are noticed when a report is made', async () => {
    let ready = true;
    health.check('consumer', () => ({ ready, detail: 'consuming' }));

    await health.report();
    ready = false;
    await health.report();
    await health.report();

    expect(lines.map(({ message }) => message)).toEqual(['ready', 'no longer ready']);
  });
});

describe('the admin server', () => {
  const metrics = createMetrics();
  let app: ReturnType<typeof adminApp>;
  beforeEach(() => {
    app = adminApp({ health, metrics });
  });
  afterEach(() => app.close());

  test('/healthz answers while the process is alive, whatever its parts say', async () => {
    health.set('nats', { ready: false, detail: 'away' });

    expect((await app.inject('/healthz')).statusCode).toBe(200);
  });

  test.each([
    [true, 200],
    [false, 503],
  ])('/readyz with ready: %s answers %d with every check', async (ready, status) => {
    health.set('nats', { ready, detail: 'as it is' });

    const answer = await app.inject('/readyz');

    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ ready, checks: { nats: { ready, detail: 'as it is' } } });
  });

  test('/metrics gives the Prometheus text of the process and of own metrics', async () => {
    metrics.counter({ name: 'test_checks_total', help: 'Checks', labels: ['outcome'] }).inc({ outcome: 'same' });
    let backlog = 1;
    metrics.gauge({ name: 'test_backlog', help: 'Backlog', collect: (gauge) => gauge.set(backlog) });
    metrics.histogram({ name: 'test_duration_seconds', help: 'Duration', buckets: [1] }).observe(0.5);
    backlog = 7;

    const answer = await app.inject('/metrics');

    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.body).toContain('test_checks_total{outcome="same"} 1');
    expect(answer.body).toContain('test_backlog 7');
    expect(answer.body).toContain('test_duration_seconds_bucket{le="1"} 1');
    expect(answer.body).toContain('process_cpu_seconds_total');
  });
});
