import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../src/hook-server.ts';
import type { Push, Stored } from '../src/push-publisher.ts';
import { sameForAllSenders } from '../src/receivers/make-receiver.ts';
import { registryNames } from '../src/registry-names.ts';
import { type Secrets, secretsOf } from '../src/secrets.ts';
import { SECRET, testHooks } from './hooks.ts';

const NOW = Date.parse('2026-11-21T10:00:00.500Z');

function event(tag: string | undefined, id = `id-${tag}`) {
  return {
    id,
    timestamp: '2026-11-21T10:00:00Z',
    action: 'push',
    target: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${'1'.repeat(64)}`,
      repository: 'shop/web',
      ...(tag !== undefined && { tag }),
    },
    request: { host: 'registry.example.com' },
  };
}

const envelope = (...events: unknown[]) => JSON.stringify({ events });

describe('the hook server', () => {
  let app: FastifyInstance;
  let stored: Push[];
  let store: (push: Push) => Promise<Stored>;
  let facts: string[];

  const serverWith = (secrets: Secrets | null) =>
    testHooks({
      receivers: sameForAllSenders(secrets, registryNames(new Map())),
      publisher: { publish: (push) => store(push) },
      now: () => NOW,
    });

  beforeEach(() => {
    stored = [];
    store = async (push) => {
      stored.push(push);
      return 'stored';
    };
    ({ app, facts } = serverWith(secretsOf([SECRET])));
  });
  afterEach(() => app.close());

  const post = (options: InjectOptions) =>
    app.inject({
      method: 'POST',
      url: '/hooks/distribution',
      headers: {
        authorization: `Bearer ${SECRET}`,
        'content-type': 'application/vnd.docker.distribution.events.v2+json',
      },
      ...options,
    });

  test('answers 202 with what it made of the payload', async () => {
    const response = await post({ body: envelope(event('latest'), event(undefined), event('1.4')) });
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({ accepted: 2, ignored: [{ reason: 'untagged', count: 1 }] });
    expect(stored.map((push) => push.tag)).toEqual(['latest', '1.4']);
    expect(stored[0]).toMatchObject({ verified: 'token', receivedAt: '2026-11-21T10:00:00.500Z' });
    expect(facts).toEqual(['received distribution', 'stored distribution 2 [{"reason":"untagged","count":1}] 500,500']);
  });

  test('answers only after every hint has been stored', async () => {
    const gates = new Map<string, () => void>();
    store = (push) => new Promise((resolve) => gates.set(push.tag, () => resolve('stored')));
    let answered = false;
    const response = post({ body: envelope(event('a'), event('b')) }).then((r) => {
      answered = true;
      return r;
    });
    await expect.poll(() => [...gates.keys()]).toEqual(['a', 'b']); // both are under way at the same time
    gates.get('a')?.();
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    gates.get('b')?.();
    expect((await response).statusCode).toBe(202);
  });

  test.each([
    ['application/json'],
    ['application/vnd.docker.distribution.events.v1+json'],
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    [''],
    ['json'],
    ['application/json/x; a'],
  ])('takes the content type %j', async (type) => {
    const headers = { authorization: `Bearer ${SECRET}`, ...(type !== '' && { 'content-type': type }) };
    expect((await post({ headers, body: envelope(event('latest')) })).statusCode).toBe(202);
    expect(stored).toHaveLength(1);
  });

  test('takes the secret as the last part of the path', async () => {
    const url = `/hooks/distribution/${SECRET}`;
    expect((await post({ url, headers: {}, body: envelope(event('latest')) })).statusCode).toBe(202);
  });

  test('says that nobody was verified when the operator chose to do without secrets', async () => {
    await app.close();
    ({ app } = serverWith(null));
    expect((await post({ headers: {}, body: envelope(event('latest')) })).statusCode).toBe(202);
    expect(stored[0]?.verified).toBe('none');
  });

  test.each([
    ['a wrong secret', { headers: { authorization: 'Bearer nope' }, body: envelope(event('latest')) }, 401],
    ['a wrong secret, whatever the body', { headers: { authorization: 'Bearer nope' }, body: 'not json' }, 401],
    ['no secret', { headers: {}, body: envelope(event('latest')) }, 401],
    ['a wrong secret in the path', { url: '/hooks/distribution/nope', headers: {}, body: '{}' }, 401],
    ['a body that is not JSON', { body: 'not json' }, 400],
    ['no body', {}, 400],
    ['another sender’s body', { body: '{"push_data":{}}' }, 400],
    ['a body over the limit', { body: 'x'.repeat(MAX_BODY_BYTES + 1) }, 413],
    ['an unknown sender', { url: '/hooks/nobody', body: '{}' }, 404],
    ['an unknown sender with a secret', { url: `/hooks/nobody/${SECRET}`, body: '{}' }, 404],
    ['a path that is no percent-encoding', { url: `/hooks/distribution/${SECRET}%zz`, body: '{}' }, 400],
    ['a path that is too long', { url: `/hooks/distribution/${SECRET.repeat(50)}`, body: '{}' }, 414],
    ['another path', { url: '/', body: '{}' }, 404],
    ['a GET', { method: 'GET' as const }, 405],
    ['a DELETE with a secret in the path', { method: 'DELETE' as const, url: `/hooks/distribution/${SECRET}` }, 405],
    ['a GET for an unknown sender', { method: 'GET' as const, url: '/hooks/nobody' }, 404],
  ])('%s is refused with a sentence and stores nothing', async (_what, options, status) => {
    const response = await post(options);
    expect(response.statusCode).toBe(status);
    expect(response.json().error).toMatch(/^[A-Z].*\.$/);
    expect(response.body).not.toContain(SECRET);
    expect(stored).toEqual([]);
    expect(facts.at(-1)).toMatch(new RegExp(`^rejected (distribution|unknown) ${status}$`));
  });

  test('a name that somebody made up does not become a label', async () => {
    await post({ url: '/hooks/made-up', body: '{}' });
    expect(facts).toEqual(['rejected unknown 404']);
  });

  test('a 405 says what is allowed, a 401 how to authenticate', async () => {
    expect((await post({ method: 'GET' })).headers.allow).toBe('POST');
    expect((await post({ headers: {} })).headers['www-authenticate']).toBe('Bearer');
  });

  test('asks to deliver again when the stream cannot store', async () => {
    store = async () => Promise.reject(new Error('no responders'));
    const response = await post({ body: envelope(event('latest')) });
    expect(response.statusCode).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(facts).toEqual(['received distribution', 'not stored distribution', 'rejected distribution 503']);
  });

  test('a body at the limit is read', async () => {
    const body = envelope(event('latest')).padEnd(MAX_BODY_BYTES, ' ');
    expect((await post({ body })).statusCode).toBe(202);
  });
});
