import type { KubeObject } from '@tagstream/api-types';
import { isKubeError } from '@tagstream/kube';
import type { Telemetry } from './telemetry.ts';

/** What became of a write: it is done, or somebody else changed the object first and it is decided anew. */
export type Written = 'done' | 'overtaken';

/**
 * Makes a guarded write. That somebody was faster is no failure: the watch brings what they wrote, and the next look.
 * @param write what it does, in one word or two, for logs and metrics
 */
export async function tryWrite(
  telemetry: Telemetry,
  write: string,
  { metadata }: KubeObject,
  call: () => Promise<unknown>,
): Promise<Written> {
  const about = { object: `${metadata.namespace}/${metadata.name}` };
  try {
    await call();
  } catch (error) {
    if (!isKubeError(error, 'conflict', 'not_found')) throw error;
    telemetry.overtaken(write, about);
    return 'overtaken';
  }
  telemetry.written(write, about);
  return 'done';
}
