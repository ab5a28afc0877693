import type { StreamDefinition } from '@tagstream/events';
import type { EnsureStreamsOptions } from './bus.ts';
import { BusError } from './bus-error.ts';
import { patiently, type Surroundings } from './patience.ts';
import { type AskedConfig, notInForce, streamConfig } from './stream-config.ts';
import { hasApiCode, isNoResponders } from './to-bus-error.ts';

/** A NATS cluster that starts together with the service has a leader by then. */
const TIMEOUT_MS = 60_000;

/** "stream name already in use with a different configuration" */
const NAME_IN_USE = 10058;

/** See {@link Bus.ensureStreams}. */
export async function ensureStreams(
  surroundings: Surroundings & { readonly prefix: string },
  definitions: readonly StreamDefinition[],
  options: EnsureStreamsOptions = {},
): Promise<void> {
  const limits = { timeoutMs: TIMEOUT_MS, signal: options.signal };
  for (const definition of definitions) {
    const asked = streamConfig(surroundings.prefix, definition, options);
    await patiently(surroundings, limits, `ensure stream ${asked.name}`, () => ensureStream(surroundings, asked));
  }
}

async function ensureStream({ connection }: Surroundings, asked: AskedConfig): Promise<void> {
  const info = await addOrUpdate(connection.jsm, asked);
  const missing = notInForce(asked, info.config);
  if (missing.length === 0) return;
  const version = connection.nc.info?.version ?? 'of unknown version';
  throw new BusError(
    'unsupported_server',
    `nats-server ${version} did not put into force for stream ${asked.name}: ${missing.join(', ')}`,
  );
}

async function addOrUpdate({ streams }: Surroundings['connection']['jsm'], asked: AskedConfig) {
  try {
    return await streams.add(asked);
  } catch (error) {
    if (hasApiCode(error, NAME_IN_USE)) return await streams.update(asked.name, asked);
    if (isNoResponders(error)) {
      throw new BusError('unsupported_server', 'JetStream does not answer: start nats-server with -js', {
        cause: error,
      });
    }
    throw error;
  }
}
