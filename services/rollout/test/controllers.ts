import { type CrashPoint, type InProcess, runInProcess } from '@tagstream/testing';
import { config } from '../src/config.ts';
import { startController } from '../src/start-controller.ts';
import { createTelemetry } from '../src/telemetry.ts';

/** Starts a rollout service that repeats itself often; it may be told to crash around one of its writes. */
export function startInProcess(env: Readonly<Record<string, string>>, crash?: CrashPoint): Promise<InProcess> {
  const often = { TAGSTREAM_RESYNC_SECONDS: '1', TAGSTREAM_ROLLOUT_CONCURRENCY: '4' };
  return runInProcess({ name: 'rollout', config }, { ...env, ...often }, crash, (context) =>
    startController({ ...context, telemetry: createTelemetry(context.metrics, context.log) }),
  );
}
