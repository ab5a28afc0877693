import { randomUUID } from 'node:crypto';
import type { KubeObject, ReplicationController } from '@tagstream/api-types';
import { EXAMPLE_REPOSITORY, example } from '@tagstream/dev';
import { resources, watchCache } from '@tagstream/kube';
import { freePort, type ServiceProcess, startService } from '@tagstream/servers';
import { buildImage, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleReference, imagesOf, type Shop, startShop, versionOf } from './shop.ts';

const PUSHES = 20;
/** Short polls find what a killed receiver lost. */
const POLL = { TAGSTREAM_POLL_INTERVAL: '2s' };

describe('twenty pushes to one tag, with two replicas of each service of which one is killed', () => {
  const stack = new AsyncDisposableStack();
  let shop: Shop;
  /** One replica of each service, in the order in which they are killed. */
  let victims: ServiceProcess[];
  /** Where the second receiver of push notifications listens. */
  let secondHook: string;

  beforeAll(async () => {
    shop = stack.use(await startShop({ env: POLL }));
    const { nats, controlPlane, hook, services } = shop.stack;
    const port = await freePort();
    secondHook = `http://127.0.0.1:${port}/hooks/distribution`;
    const env = {
      NATS_URL: nats.url,
      KUBECONFIG: controlPlane.kubeconfig,
      TAGSTREAM_ADMIN_HOST: '127.0.0.1',
      TAGSTREAM_HTTP_HOST: '127.0.0.1',
      TAGSTREAM_HTTP_PORT: String(port),
      TAGSTREAM_WEBHOOK_SECRETS: hook.authorization.replace('Bearer ', ''),
      ...POLL,
    };
    const second = await Promise.all(
      (['webhooks', 'poller', 'trigger', 'rollout'] as const).map(async (name) =>
        stack.use(await startService(name, env)),
      ),
    );
    const [, poller, , rollout] = second;
    victims = [services.trigger, poller, services.webhooks, rollout].filter((replica) => replica !== undefined);
  });
  afterAll(() => stack.disposeAsync());

  /** Announces a push to the second receiver, as a registry with two endpoints does; a dead one does not hear it. */
  async function announce(digest: string): Promise<void> {
    const { registry, hook } = shop.stack;
    const target = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, repository: EXAMPLE_REPOSITORY };
    const event = {
      id: randomUUID(),
      timestamp: new Date().toISOString(),
      action: 'push',
      target: { ...target, tag: example.tag },
      request: { id: randomUUID(), host: registry.host, method: 'PUT' },
    };
    const headers = {
      authorization: hook.authorization,
      'content-type': 'application/vnd.docker.distribution.events.v2+json',
    };
    await fetch(secondHook, { method: 'POST', headers, body: JSON.stringify({ events: [event] }) }).catch(
      () => undefined,
    );
  }

  test('end on the last digest, everything patched at most once for each and never backwards', async () => {
    const { namespace, deployment } = example;
    const before = await shop.deployment();
    const config = await shop.config();
    const images: string[] = [];
    const versions = new Map<number, string>();
    await using deployments = watchCache(shop.kube, resources.deployments, {
      namespace,
      project: (object: KubeObject) =>
        object.metadata.name === deployment
          ? (object as typeof before).spec.template.spec.containers[0]?.image
          : undefined,
      onChange: (_key, now) => void (now !== undefined && now !== images.at(-1) && images.push(now)),
    });
    await using controllers = watchCache(shop.kube, resources.replicationControllers, {
      namespace,
      project: (object: ReplicationController) => [versionOf(object), imagesOf([object])[0] ?? ''] as const,
      onChange: (_key, now) => void (now && versions.set(...now)),
    });

    await Promise.all([deployments.synced, controllers.synced]);

    const references = [...images];
    const restarts: Promise<void>[] = [];
    for (let push = 1; push <= PUSHES; push++) {
      const image = buildImage({ seed: `burst-${push}`, labels: { version: `burst-${push}` } });
      await pushImage(shop.stack.registry.host, EXAMPLE_REPOSITORY, example.tag, image);
      references.push(exampleReference(shop.stack, image.digest));
      await announce(image.digest);
      const victim = push % 4 === 2 ? victims[(push - 2) / 4] : undefined;
      if (victim === undefined) continue;
      await victim.kill();
      restarts.push(victim.restart());
    }
    await Promise.all(restarts);

    const last = references.at(-1);
    await expect.poll(async () => (await shop.deployment()).spec.template.spec.containers[0]?.image).toBe(last);
    await expect.poll(async () => imagesOf(await shop.controllers()).at(-1)).toBe(last);
    await expect
      .poll(async () => (await shop.config()).status?.conditions)
      .toContainEqual(expect.objectContaining({ type: 'Progressing', reason: 'NewReplicationControllerAvailable' }));

    const orderOf = (image: string) => references.indexOf(image);
    const isOnlyNewer = (order: readonly number[]) => order.every((each, i) => i === 0 || each > (order[i - 1] ?? 0));
    await expect.poll(() => images.at(-1)).toBe(last);
    const patched = images.map(orderOf);
    expect(isOnlyNewer(patched), `the Deployment got the images of pushes ${patched.join()}`).toBe(true);
    const after = await shop.deployment();
    expect((after.metadata.generation ?? 0) - (before.metadata.generation ?? 0)).toBe(images.length - 1);

    const rollouts = [...versions].toSorted(([a], [b]) => a - b);
    const rolledOut = rollouts.map(([, image]) => orderOf(image));
    expect(isOnlyNewer(rolledOut), `versions had the images of pushes ${rolledOut.join()}`).toBe(true);
    expect(rollouts.map(([version]) => version)).toEqual(
      rollouts.map((_, i) => (config.status?.latestVersion ?? 0) + i),
    );
    expect((await shop.config()).status?.latestVersion).toBe(rollouts.at(-1)?.[0]);

    const items = (await shop.stream()).status?.tags?.find(({ tag }) => tag === example.tag)?.items ?? [];
    const history = items.map(({ dockerImageReference }) => orderOf(dockerImageReference)).toReversed();
    expect(isOnlyNewer(history), `the tag had the images of pushes ${history.join()}`).toBe(true);
  });
});
