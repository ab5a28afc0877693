import type { Bus } from '@tagstream/bus';
import { CliError } from '../cli-error.ts';
import type { Host } from '../host.ts';

/** Somebody is waiting: a server that is there answers in a fraction of it. */
const TIMEOUT_MS = 5000;

/**
 * Connects to NATS, at the first try or not at all.
 * @throws CliError that says why not
 */
export async function connectNats(url: string, { env, signal }: Pick<Host, 'env' | 'signal'>): Promise<Bus> {
  // Loaded only here: it takes longer to load than most commands take.
  const { BusError, connectBus } = await import('@tagstream/bus');
  const giveUp = new AbortController();
  let reason = `NATS did not answer within ${TIMEOUT_MS / 1000} seconds`;
  try {
    return await connectBus({
      servers: url,
      name: 'tagstream',
      ...(env.TAGSTREAM_PREFIX && { prefix: env.TAGSTREAM_PREFIX }),
      ...(env.NATS_CREDS && { credsFile: env.NATS_CREDS }),
      signal: AbortSignal.any([signal, giveUp.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      onStatus(status) {
        if (status.kind === 'connected') return;
        reason = status.reason;
        giveUp.abort();
      },
    });
  } catch (error) {
    if (error instanceof BusError && error.code === 'closed') throw new CliError(reason, { cause: error });
    throw new CliError((error as Error).message, { cause: error });
  }
}
