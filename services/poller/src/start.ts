import { randomUUID } from 'node:crypto';
import { joinMembers } from '@tagstream/bus';
import { type CheckedTag, checkScope, RegistryPoll } from '@tagstream/events';
import { registryKey } from '@tagstream/image-ref';
import { connectKube, type WatchCache } from '@tagstream/kube';
import { kubeOptions, type ServiceContext } from '@tagstream/service';
import { createAsk } from './ask.ts';
import type { PollerConfig } from './config.ts';
import { connectNats } from './connect-nats.ts';
import { consumeHints } from './consume-hints.ts';
import { followStreams, type StreamView } from './follow-streams.ts';
import { startImages } from './images/start-images.ts';
import { startOwnRegistry } from './own-registry/start-own-registry.ts';
import { createPollLoop, type PollLoop } from './poll-loop.ts';
import { pollSettings } from './poll-settings.ts';
import { startRegistryAccess } from './registry-access/start-access.ts';
import { startRepositories } from './repositories/start-repositories.ts';
import { pauseFor } from './share/rate-limit-pause.ts';
import { sharePauses } from './share/shared-pauses.ts';
import { keepCheckRecords } from './status/check-records.ts';
import { checksPage } from './status/checks-page.ts';
import { createTelemetry } from './telemetry.ts';

/**
 * Turns that a dead replica missed are made up for when they are not older than so many leases: one until it is noticed, and
 * one for a replica that was started anew and itself counts its predecessor in for a lease.
 */
const CATCH_UP_LEASES = 2;

/** How long one publication is tried before its check starts over. */
const PUBLISH_TIMEOUT_MS = 10_000;

/** The composition root: connects to NATS and Kubernetes, follows ImageStreams, joins the other replicas, takes hints. */
export async function startPoller(context: ServiceContext<PollerConfig>): Promise<void> {
  const { config, log, clock, signal, metrics, defer, page } = context;
  const { intervalMs, leaseMs, policyOf, maxConnections, platform } = pollSettings(config, process.arch);
  const replica = config.replica ?? randomUUID().slice(0, 8);
  const group = config.namespace === undefined ? 'poller' : `poller-${config.namespace}`;
  const telemetry = createTelemetry(metrics, log, () => clock.now());
  const bus = await connectNats(context);

  let streams: WatchCache<StreamView> | undefined;
  const hasTag = ({ namespace, stream, tag }: CheckedTag) =>
    streams?.get(namespace, stream)?.tags.some((view) => view.tag === tag) ?? false;
  const records = defer(
    await keepCheckRecords(bus, {
      scope: checkScope(config.namespace),
      clock,
      random: Math.random,
      hasTag,
      onTrouble: telemetry.recordsUnwritten,
    }),
  );
  const pauses = await sharePauses(bus, clock, telemetry.pauseUntold);

  const kube = defer(await connectKube(kubeOptions(context)));
  const access = await startRegistryAccess(context, {
    kube,
    userAgent: 'tagstream-poller',
    maxConnectionsPerRegistry: maxConnections,
    onRequest(record) {
      telemetry.request(record);
      const pauseMs = pauseFor(record.rateLimit);
      if (pauseMs !== undefined) loop.pauseEverywhere(record.registry, pauseMs);
    },
  });
  const settings = { intervalMs, floorOf: (name: string) => policyOf(name).floorMs, isAnswered: records.isAnswered };
  const loop: PollLoop = defer(
    createPollLoop({
      ask: createAsk({ registry: access.reader, clock, platform, recordImages: startImages(context, kube) }),
      publisher: {
        publish: (poll) => bus.publish(RegistryPoll, poll, { signal, timeoutMs: PUBLISH_TIMEOUT_MS }),
      },
      recorder: records,
      clock,
      random: Math.random,
      settings,
      policyOf,
      self: replica,
      catchUpMs: leaseMs * CATCH_UP_LEASES,
      announcePause: pauses.announce,
      telemetry,
      loopTelemetry: telemetry,
    }),
  );
  telemetry.watch(loop);
  defer(await pauses.follow(loop.pause));

  const tracker = access.track(loop.update);
  const repositories = startRepositories(context, {
    bus,
    listTags: access.listTags,
    self: replica,
    pause: loop.pauseEverywhere,
  });
  const own = startOwnRegistry(context, {
    kube,
    access,
    loop,
    self: replica,
    intervalMs,
    floorOf: (name) => policyOf(registryKey(name)).floorMs,
  });
  const followed = followStreams(context, kube, access, tracker, repositories, own);
  streams = followed;
  page('/checks', checksPage({ tagsOf: tracker.get, targetOf: loop.targetOf, settings, records, clock }));
  // Before the streams are known, a hint would be taken for one that nobody follows, and a share would lie idle.
  await followed.synced;
  defer(
    await joinMembers(bus, {
      group,
      member: replica,
      leaseMs,
      onChange(members) {
        loop.setMembers(members);
        repositories.setMembers(members);
        own?.setMembers(members);
      },
      onTrouble: telemetry.leaseMissed,
      clock,
    }),
  );
  consumeHints(context, { bus, loop, own: own?.pushes, telemetry });
}
