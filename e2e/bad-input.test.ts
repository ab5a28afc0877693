import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { ImageStream } from '@tagstream/api-types';
import { EXAMPLE_REPOSITORY } from '@tagstream/dev';
import { DeadLetter, DeadLetterStream, type EventData } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Shop, startShop } from './shop.ts';

describe('bad input', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop?.[Symbol.asyncDispose]());

  test('in a stream becomes a condition of that tag, and the other tags of the stream are imported', async () => {
    const { host } = shop.stack.registry;
    const tag = (name: string, from: string) => ({
      name,
      from: { kind: 'DockerImage', name: from },
      importPolicy: { insecure: true },
    });
    await shop.kube.create<ImageStream>(resources.imageStreams, {
      metadata: { name: 'mixed', namespace: 'shop' },
      spec: {
        tags: [
          tag('good', `${host}/${EXAMPLE_REPOSITORY}:latest`),
          tag('malformed', 'only.a.host'),
          tag('unknown', `${host}/${EXAMPLE_REPOSITORY}:never-pushed`),
          tag('unreachable', '127.0.0.1:1/shop/app:latest'),
        ],
      },
    });
    const read = () =>
      shop.kube.get<ImageStream>({ resource: resources.imageStreams, namespace: 'shop', name: 'mixed' });

    await expect
      .poll(
        async () => {
          const tags = (await read()).status?.tags ?? [];
          return Object.fromEntries(
            tags.map((each) => [
              each.tag,
              each.conditions?.[0]?.reason ?? (each.items?.length ? 'imported' : 'nothing'),
            ]),
          );
        },
        { timeout: 30_000 },
      )
      .toEqual({ good: 'imported', malformed: 'Invalid', unknown: 'NotFound', unreachable: 'InternalError' });
    const conditions = (await read()).status?.tags?.flatMap((each) => each.conditions ?? []) ?? [];
    expect(conditions.map(({ status, type }) => `${type}=${status}`)).toEqual(
      conditions.map(() => 'ImportSuccess=False'),
    );
    expect(conditions.every(({ message }) => (message ?? '').length > 20)).toBe(true);
  });

  test('that the API server can see is refused when it is applied, with the place and the rule', async () => {
    const stream: ImageStream = {
      metadata: { name: 'refused', namespace: 'shop' },
      spec: { tags: [{ name: 'latest', from: { kind: 'DockerImage', name: 'https://Not A Reference' } }] },
    };

    await expect(shop.kube.create(resources.imageStreams, stream)).rejects.toThrow(
      /spec\.tags\[0\]\.from\.name: Invalid value: must be a pull spec/,
    );
  });

  test.each([
    { what: 'a wrong secret', headers: { authorization: 'Bearer wrong' }, body: '{"events":[]}', status: 401 },
    { what: 'no secret', headers: {}, body: '{"events":[]}', status: 401 },
    { what: 'a body that is no JSON', headers: undefined, body: '{"events":', status: 400 },
    { what: 'a body of another form', headers: undefined, body: '{"events":"many"}', status: 400 },
  ])('on a hook is refused with a sentence: $what', async ({ headers, body, status }) => {
    const { url, authorization } = shop.stack.hook;

    const answer = await fetch(url, { method: 'POST', headers: headers ?? { authorization }, body });

    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(/[A-Za-z ]{15,}/);
  });

  test.each([
    { stream: 'TAGSTREAM_WEBHOOK', subject: 'tagstream.webhook.registry.example%2Ecom', service: 'poller' },
    { stream: 'TAGSTREAM_REGISTRY', subject: 'tagstream.registry-poll.shop.app.latest', service: 'trigger' },
    { stream: 'TAGSTREAM_TAGS', subject: 'tagstream.tag-updated.other.app.latest', service: 'rollout' },
  ])('on $subject goes to the dead letters with its reason', async ({ subject, service }) => {
    const letters: EventData<typeof DeadLetter>[] = [];
    const subscription = shop.bus.subscribe(DeadLetter, {
      stream: DeadLetterStream,
      from: 'new',
      onEvent: ({ data }) => {
        letters.push(data);
      },
    });
    await subscription.ready;
    const connection = await connect({ servers: shop.stack.nats.url });
    await jetstream(connection).publish(subject, '{"specversion":"1.0","type":"nonsense"}');
    await connection.drain();

    await expect
      .poll(() => letters.find((letter) => letter.service === service), { timeout: 15_000 })
      .toMatchObject({
        subject,
        reason: expect.stringContaining('nonsense'),
        body: Buffer.from('{"specversion":"1.0","type":"nonsense"}').toString('base64'),
      });
    await subscription[Symbol.asyncDispose]();
  });

  test('has stopped nothing: the next push is rolled out', async () => {
    const { done } = await shop.push('v2');
    await done;

    expect((await shop.config()).status?.latestVersion).toBe(2);
  });
});
