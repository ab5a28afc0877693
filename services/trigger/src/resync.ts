import type { TriggerConfig } from './config.ts';
import type { Parts } from './parts.ts';

/** Compares everything now and then, so that what was missed in any way heals by itself. Ends with the service. */
export async function resync(
  {
    clock,
    config,
    signal,
    telemetry,
  }: Pick<Parts, 'clock' | 'signal' | 'telemetry'> & {
    readonly config: Pick<TriggerConfig, 'resyncSeconds'>;
  },
  compareAll: () => Promise<void> | void,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(config.resyncSeconds * 1000, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await compareAll();
      telemetry.log.debug('resync started');
    } catch (error) {
      if (!signal.aborted) telemetry.log.warn({ err: error }, 'resync failed'); // the next one comes
    }
  }
}
