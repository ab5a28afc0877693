import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleReference, imagesOf, type Shop, startShop } from './shop.ts';

/** What `/readyz` of a service says. */
interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ready: boolean; readonly detail: string }>>;
}

describe('an outage', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await startShop({ env: { TAGSTREAM_POLL_INTERVAL: '2s' } });
  });
  afterAll(() => shop?.[Symbol.asyncDispose]());

  const services = () => Object.values(shop.stack.services);
  const readiness = () =>
    Promise.all(
      services().map(async ({ adminUrl }) => (await (await fetch(`${adminUrl}/readyz`)).json()) as Readiness),
    );
  const areReady = async () => (await readiness()).map(({ ready }) => ready);

  test.each([
    {
      what: 'NATS',
      version: 'v2',
      users: ['poller', 'webhooks', 'trigger', 'rollout', 'builds'],
      stop: () => shop.stack.nats.kill(),
      start: () => shop.stack.nats.restart(),
    },
    {
      what: 'the API server',
      version: 'v3',
      users: ['poller', 'trigger', 'rollout', 'builds'],
      stop: () => shop.stack.controlPlane.parts['kube-apiserver'].kill(),
      start: () => shop.stack.controlPlane.parts['kube-apiserver'].restart(),
    },
  ])('of $what is waited for: services say so, are not ready, and go on by themselves', async (outage) => {
    const pids = services().map(({ pid }) => pid);

    await outage.stop();
    await expect
      .poll(
        async () => {
          const states = await readiness();
          return services()
            .filter((service, index) => outage.users.includes(service.name) && !states[index]?.ready)
            .map(({ name }) => name)
            .sort();
        },
        { timeout: 60_000 },
      )
      .toEqual([...outage.users].sort());
    const reasons = (await readiness()).flatMap(({ checks }) =>
      Object.values(checks)
        .filter(({ ready }) => !ready)
        .map(({ detail }) => detail),
    );
    expect(reasons.every((reason) => reason.length > 0)).toBe(true);

    await outage.start();
    await expect.poll(areReady, { timeout: 60_000 }).toEqual(services().map(() => true));
    const { digest, done } = await shop.push(outage.version);
    await done;

    const reference = exampleReference(shop.stack, digest);
    expect(imagesOf(await shop.controllers()).filter((image) => image === reference)).toHaveLength(1);
    expect(services().map(({ pid }) => pid)).toEqual(pids);
  });
});
