import type { ImageStream } from '@tagstream/api-types';
import { RegistryPoll, RegistryStream } from '@tagstream/events';
import { resources, watchCache } from '@tagstream/kube';
import { keyedQueue } from '@tagstream/service';
import { durableName, MAX_DELIVER, type Parts, RETRY } from '../parts.ts';
import { watchHealth } from '../watch-health.ts';
import { applyPollHandler } from './apply-poll.ts';
import { createAskAgain } from './ask-again.ts';
import { createHistoryPublisher } from './publish-history.ts';
import { reconcileStream } from './reconcile-stream.ts';
import { type StreamName, streamId } from './stream-key.ts';
import { createStreamLock } from './stream-lock.ts';
import { viewStream } from './stream-view.ts';
import { readStream } from './write-status.ts';

/** Streams that are written at the same time: beyond this the API server only gets slower, not faster. */
const STREAM_CONCURRENCY = 8;

/**
 * How long the events of a status write may be missing before they are published as missed ones. The writer publishes them
 * itself at once; only when it has died is there something to heal.
 */
const HEAL_AFTER_MS = 5000;

/** Starts the half of the service that owns the status of ImageStreams. */
export async function startStreams(parts: Parts): Promise<{
  /** Reads a stream as the API server has it now. */
  readonly read: (stream: StreamName) => Promise<ImageStream | undefined>;
}> {
  const { bus, kube, config, clock, health, telemetry, signal, defer } = parts;
  const read = (stream: StreamName) => readStream(kube, stream);
  const history = createHistoryPublisher({ bus, readStream: read, telemetry });
  const lock = createStreamLock();
  const historyLimit = { max: config.historyLimit };
  const registry = {
    ...(config.registryHost && { internalHost: config.registryHost }),
    ...(config.registryPublicHost && { externalHost: config.registryPublicHost }),
  };
  const shared = { kube, history, lock, clock, telemetry, historyLimit };

  const queue = defer(
    keyedQueue({
      concurrency: STREAM_CONCURRENCY,
      retry: RETRY,
      clock,
      run: reconcileStream({ ...shared, registry, view: ({ namespace, name }) => views.get(namespace, name) }),
      onError: ({ key, error, retryInMs }) =>
        telemetry.log.warn({ stream: key, err: error, retryInMs }, 'stream not reconciled'),
    }),
  );
  const views = defer(
    watchCache(kube, resources.imageStreams, {
      ...(config.namespace && { namespace: config.namespace }),
      signal,
      project: (stream: ImageStream) => viewStream(stream, registry),
      onChange: (name, now, before) => {
        const id = streamId(name);
        const isNew = now?.uid !== before?.uid;
        if (now === undefined || now.specPending || isNew) queue.add(id);
        else queue.addAfter(id, HEAL_AFTER_MS);
      },
      onStatus: watchHealth(health, 'imagestreams'),
    }),
  );

  const consumer = defer(
    bus.consume(RegistryPoll, {
      stream: RegistryStream,
      durable: durableName('trigger-polls', config.namespace),
      concurrency: STREAM_CONCURRENCY,
      maxDeliver: MAX_DELIVER,
      retry: RETRY,
      ...(config.namespace && { filter: `registry-poll.${config.namespace}.>` }),
      keyOf: ({ namespace, stream }) => streamId({ namespace, name: stream }),
      handler: applyPollHandler({ ...shared, askAgain: createAskAgain(bus, clock) }),
      observe: telemetry.consumed('trigger-polls'),
    }),
  );
  health.check('registry-poll', () => consumer.health());
  return { read };
}
