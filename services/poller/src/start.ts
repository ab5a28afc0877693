import { readFileSync } from 'node:fs';
import type { ImageStream } from '@tagstream/api-types';
import { connectBus } from '@tagstream/bus';
import { RegistryPoll, RegistryPush, RegistryStream, WebhookStream } from '@tagstream/events';
import { connectKube, resources, watchCache } from '@tagstream/kube';
import { type CredentialProvider, createRegistryClient } from '@tagstream/registry';
import { ConfigError, type ServiceContext, withRetry } from '@tagstream/service';
import { createAsk } from './ask.ts';
import { durationMs, type PollerConfig } from './config.ts';
import { dockerConfigCredentials } from './docker-config.ts';
import { createHintHandler } from './handle-hint.ts';
import { createPollLoop } from './poll-loop.ts';
import { type TagView, viewTags } from './tag-view.ts';
import { createTelemetry } from './telemetry.ts';

/** The streams are set up at start; a cluster that is electing leaders answers after some of these tries. */
const SETUP_RETRY = { attempts: Number.POSITIVE_INFINITY, minMs: 200, maxMs: 5_000, factor: 2 };

/** Hints handled at the same time: they mostly wait, and each registry has at most a quarter of the places. */
const HINT_CONCURRENCY = 256;

/** Hints are not dead letters while NATS is away: with waits of up to 15 s this is longer than an outage. */
const HINT_RETRY = { minMs: 500, maxMs: 15_000, factor: 2 };
const HINT_MAX_DELIVER = 500;

/** How long one publication is tried before its check starts over. */
const PUBLISH_TIMEOUT_MS = 10_000;

/** The composition root: connects to NATS and Kubernetes, then watches ImageStreams and takes hints. */
export async function startPoller(context: ServiceContext<PollerConfig>): Promise<void> {
  const { config, log, clock, signal, metrics, health, defer, fail } = context;
  const credentials = readCredentials(config.dockerConfig);
  const telemetry = createTelemetry(metrics, log, () => clock.now());

  health.set('nats', { ready: false, detail: 'waiting for the first connection to NATS' });
  const bus = defer(
    await connectBus({
      servers: config.natsUrl,
      name: 'poller',
      prefix: config.subjectPrefix,
      signal,
      ...(config.natsCreds !== undefined && { credsFile: config.natsCreds }),
      onStatus: (status) =>
        health.set(
          'nats',
          status.kind === 'connected'
            ? { ready: true, detail: `connected to ${status.server}` }
            : { ready: false, detail: status.reason },
        ),
    }),
  );
  void bus.closed.then((error) => error && fail(error));
  await withRetry(SETUP_RETRY, () => bus.ensureStreams([RegistryStream, WebhookStream], { signal }), {
    signal,
    clock,
    onRetry: ({ error }) => log.warn({ err: error }, 'streams not set up yet'),
  });

  const registry = defer(
    createRegistryClient({
      userAgent: 'tagstream-poller',
      clock,
      maxConnectionsPerRegistry: config.registryConcurrency,
      ...(credentials !== undefined && { credentials }),
      onRequest: telemetry.request,
    }),
  );
  const loop = defer(
    createPollLoop({
      ask: createAsk({
        registry,
        clock,
        platform: { architecture: config.platformArchitecture, os: config.platformOs },
      }),
      publisher: {
        publish: (poll) => bus.publish(RegistryPoll, poll, { signal, timeoutMs: PUBLISH_TIMEOUT_MS }),
      },
      clock,
      random: Math.random,
      settings: { intervalMs: durationMs(config.pollInterval), startedAtMs: clock.now() },
      concurrencyPerRegistry: config.registryConcurrency,
      // Every replica checks everything: what two of them find out is one message by its id.
      owns: () => true,
      telemetry,
      loopTelemetry: telemetry,
    }),
  );
  telemetry.watch(loop);

  const kube = defer(
    await connectKube({
      userAgent: 'tagstream-poller',
      ...(config.kubeconfig !== undefined && { kubeconfig: config.kubeconfig }),
    }),
  );
  health.set('imagestreams', { ready: false, detail: 'waiting for the list of ImageStreams' });
  const cache = defer(
    watchCache(kube, resources.imageStreams, {
      ...(config.namespace !== undefined && { namespace: config.namespace }),
      signal,
      project: (stream: ImageStream): readonly TagView[] | undefined => {
        const tags = viewTags(stream);
        return tags.length === 0 ? undefined : tags;
      },
      onChange: (_name, now, before) => loop.update(now ?? [], before ?? []),
      onStatus: ({ connected, reason }) =>
        health.set('imagestreams', {
          ready: connected,
          detail: connected ? 'following ImageStreams' : (reason ?? 'not connected to the API server'),
        }),
    }),
  );
  // A hint that comes before the streams are known would be taken for one that nobody follows.
  await cache.synced;

  const handle = createHintHandler({ loop, clock, hinted: telemetry.hinted });
  const consumer = defer(
    bus.consume(RegistryPush, {
      stream: WebhookStream,
      durable: config.namespace === undefined ? 'poller-hints' : `poller-hints-${config.namespace}`,
      concurrency: HINT_CONCURRENCY,
      maxDeliver: HINT_MAX_DELIVER,
      retry: HINT_RETRY,
      // Hints of one reference may run together: those that wait are answered by one request.
      keyOf: ({ source, deliveryId, repository, tag }) => [source, deliveryId, repository, tag].join(' '),
      handler: ({ data }, delivery) => handle(data, delivery),
      observe: telemetry.consumed,
    }),
  );
  health.check('hints', () => consumer.health());
}

function readCredentials(path: string | undefined): CredentialProvider | undefined {
  if (path === undefined) return undefined;
  try {
    return dockerConfigCredentials(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError([`TAGSTREAM_DOCKER_CONFIG names ${path}, which cannot be used: ${(error as Error).message}`]);
  }
}
