import { type CrashPoint, type InProcess, runInProcess } from '@tagstream/testing';
import { config } from '../src/config.ts';
import { startController } from '../src/start-controller.ts';
import { startGitHooks } from '../src/start-git-hooks.ts';
import { createTelemetry } from '../src/telemetry.ts';

/** Starts a builds service that repeats itself often; it may be told to crash around one of its writes. */
export function startInProcess(env: Readonly<Record<string, string>>, crash?: CrashPoint): Promise<InProcess> {
  const often = { TAGSTREAM_RESYNC_SECONDS: '1', TAGSTREAM_BUILDS_CONCURRENCY: '4' };
  return runInProcess({ name: 'builds', config }, { ...env, ...often }, crash, async (context) => {
    const parts = { ...context, telemetry: createTelemetry(context.metrics, context.log) };
    await startController(parts);
    startGitHooks(parts);
  });
}
