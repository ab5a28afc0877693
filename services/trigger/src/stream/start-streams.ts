import type { ImageStream } from '@tagstream/api-types';
import { RegistryPoll, RegistryStream, RepositoryPoll } from '@tagstream/events';
import type { HistoryLimit } from '@tagstream/image-stream';
import { resources, watchCache } from '@tagstream/kube';
import { GroupIndex, type KeyedQueueOptions, keyedQueue, reportWatch } from '@tagstream/service';
import { ACK_WAIT_MS, durableName, MAX_DELIVER, type Parts, RETRY } from '../parts.ts';
import { resync } from '../resync.ts';
import { applyPollHandler } from './apply-poll.ts';
import { applyRepositoryHandler } from './apply-repository.ts';
import { createAskAgain } from './ask-again.ts';
import { healHistory } from './heal-history.ts';
import { createHistoryPublisher } from './publish-history.ts';
import { followPublishedTags } from './published-tags.ts';
import { reconcileStream } from './reconcile-stream.ts';
import { type StreamName, streamId } from './stream-key.ts';
import { createStreamLock } from './stream-lock.ts';
import { viewStream } from './stream-view.ts';
import { readStream } from './write-status.ts';

/** Streams that are written at the same time: beyond this the API server only gets slower, not faster. */
const STREAM_CONCURRENCY = 8;

/** Starts the half of the service that owns the status of ImageStreams. */
export async function startStreams(parts: Parts & { readonly keep: NonNullable<HistoryLimit['keep']> }): Promise<{
  /** Reads a stream as the API server has it now. */
  readonly read: (stream: StreamName) => Promise<ImageStream | undefined>;
}> {
  const { bus, kube, mayPull, config, clock, health, telemetry, signal, defer } = parts;
  const inNamespace = (event: string) => (config.namespace ? { filter: `${event}.${config.namespace}.>` } : {});
  const read = (stream: StreamName) => readStream(kube, stream);
  const published = defer(await followPublishedTags(bus, { ...inNamespace('tag-updated'), clock, signal }));
  const history = createHistoryPublisher({ bus, readStream: read, published, telemetry });
  const registry = {
    ...(config.registryHost && { internalHost: config.registryHost }),
    ...(config.registryPublicHost && { externalHost: config.registryPublicHost }),
    sharesImages: config.registrySharesImages,
  };
  const shared = { bus, kube, history, lock: createStreamLock(), clock, telemetry };
  const merging = { ...shared, historyLimit: { max: config.historyLimit, keep: parts.keep } };
  const view = ({ namespace, name }: StreamName) => views.get(namespace, name);
  const waits = new GroupIndex<string>();

  const startQueue = (what: string, run: KeyedQueueOptions['run']) =>
    defer(
      keyedQueue({
        concurrency: STREAM_CONCURRENCY,
        retry: RETRY,
        clock,
        run,
        onError: ({ key, error, retryInMs }) =>
          telemetry.log.warn({ stream: key, err: error, retryInMs }, `stream not ${what}`),
      }),
    );
  const waitFor = (stream: StreamName, sources: readonly StreamName[]) =>
    waits.set(streamId(stream), streamId(stream), sources.map(streamId));
  const toReconcile = startQueue('reconciled', reconcileStream({ ...merging, mayPull, registry, view, waitFor }));
  const toHeal = startQueue('healed', healHistory({ ...shared, published, view }));

  const views = defer(
    watchCache(kube, resources.imageStreams, {
      ...(config.namespace && { namespace: config.namespace }),
      signal,
      project: (stream: ImageStream) => viewStream(stream, registry),
      onChange: (name, now) => {
        const id = streamId(name);
        if (now === undefined || now.specPending) toReconcile.add(id);
        for (const waiting of waits.members(id)) toReconcile.add(waiting);
        toHeal.add(id);
      },
      onStatus: reportWatch(health, 'imagestreams'),
    }),
  );

  const consumer = defer(
    bus.consume(RegistryPoll, {
      stream: RegistryStream,
      durable: durableName('trigger-polls', config.namespace),
      concurrency: STREAM_CONCURRENCY,
      maxDeliver: MAX_DELIVER,
      ackWaitMs: ACK_WAIT_MS,
      retry: RETRY,
      ...inNamespace('registry-poll'),
      keyOf: ({ namespace, stream }) => streamId({ namespace, name: stream }),
      handler: applyPollHandler({ ...merging, askAgain: createAskAgain(bus, clock) }),
      observe: telemetry.consumed('trigger-polls'),
    }),
  );
  health.check('registry-poll', () => consumer.health());

  const repositories = defer(
    bus.consume(RepositoryPoll, {
      stream: RegistryStream,
      durable: durableName('trigger-repositories', config.namespace),
      concurrency: STREAM_CONCURRENCY,
      maxDeliver: MAX_DELIVER,
      ackWaitMs: ACK_WAIT_MS,
      retry: RETRY,
      ...inNamespace('repository-poll'),
      keyOf: ({ namespace, stream }) => streamId({ namespace, name: stream }),
      handler: applyRepositoryHandler(shared),
      observe: telemetry.consumed('trigger-repositories'),
    }),
  );
  health.check('repository-poll', () => repositories.health());

  const compareAll = () => {
    for (const id of published.streams()) toHeal.add(id);
    for (const { id } of views.values()) toHeal.add(id);
  };
  // What was removed while nobody looked is only known from its events.
  views.synced.then(compareAll, () => undefined);
  void resync(parts, async () => {
    await published.reload();
    compareAll();
  });
  return { read };
}
