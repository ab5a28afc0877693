import { resources } from '@tagstream/kube';
import type { ServiceName } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleReference, imagesOf, type Shop, startShop, versionOf } from './shop.ts';

/** Killing at each of these steps covers the moments before, between and after the writes of every service. */
const moments = [
  'pushed',
  'pushSeen',
  'registryAsked',
  'digestInStatus',
  'tagUpdated',
  'replicationControllerCreated',
] as const;

const names: readonly ServiceName[] = ['webhooks', 'poller', 'trigger', 'rollout'];

describe('a service that is killed and started again', () => {
  let shop: Shop;
  let version = 1;

  beforeAll(async () => {
    // Short polls find what a webhook lost together with its receiver.
    shop = await startShop({ env: { TAGSTREAM_POLL_INTERVAL: '2s' } });
  });
  afterAll(() => shop?.[Symbol.asyncDispose]());

  test.each(names.flatMap((name) => moments.map((moment) => ({ name, moment }))))(
    '$name killed when $moment: the rollout completes with one ReplicationController for the digest',
    async ({ name, moment }) => {
      version += 1;
      const service = shop.stack.services[name];
      const { promise: killed, resolve, reject } = Promise.withResolvers<void>();

      const { digest, done } = await shop.push(`v${version}`, (step) => {
        if (step === moment) service.kill().then(resolve, reject);
      });
      await killed;
      await service.restart();
      await done;

      const reference = exampleReference(shop.stack, digest);
      const controllers = await shop.controllers();
      expect(imagesOf(controllers).filter((image) => image === reference)).toHaveLength(1);
      expect(controllers.map(versionOf).at(-1)).toBe(version);
      await expect
        .poll(async () => (await shop.config()).status?.conditions)
        .toContainEqual(
          expect.objectContaining({ type: 'Progressing', status: 'True', reason: 'NewReplicationControllerAvailable' }),
        );
    },
  );

  test('never skipped or repeated a version', async () => {
    const config = await shop.config();

    expect(config.status?.latestVersion).toBe(version);
    const newest = (await shop.controllers()).map(versionOf);
    expect(newest).toEqual(newest.map((_, index) => version - newest.length + 1 + index));
  });

  test('left no pod behind that no ReplicationController wants', async () => {
    const wanted = (await shop.config()).spec.replicas;

    await expect
      .poll(
        async () =>
          (await shop.kube.list(resources.pods, { namespace: 'shop', labelSelector: 'app=app' })).items.length,
      )
      .toBe(wanted);
  });
});
