import { styleText } from 'node:util';
import type { FollowedPush } from './observe/observe-rollouts.ts';
import type { Step, StepTimes } from './observe/steps.ts';

/** How long a rollout of the example may take on a busy machine. */
const ROLLOUT_TIMEOUT_MS = 90_000;

/** Prints one line per step, when it is seen. */
export function printStep(_step: Step, atMs: number, detail: string): void {
  console.log(`  ${styleText('cyan', `+${atMs.toFixed(0).padStart(6)} ms`)}  ${detail}`);
}

/**
 * Waits for the end of a rollout.
 * @throws Error naming the steps that have not been seen in time
 */
export async function endOfRollout(push: FollowedPush, signal: AbortSignal): Promise<StepTimes> {
  const timeout = AbortSignal.timeout(ROLLOUT_TIMEOUT_MS);
  const { promise: never, reject } = Promise.withResolvers<never>();
  const giveUp = () =>
    reject(
      signal.aborted
        ? signal.reason
        : new Error(`Not seen within ${ROLLOUT_TIMEOUT_MS / 1000} s: ${push.missing().join(', ')}.`),
    );
  const either = AbortSignal.any([timeout, signal]);
  either.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([push.done, never]);
  } finally {
    either.removeEventListener('abort', giveUp);
  }
}
