import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { mayUpdate, updatePolicy } from '@tagstream/image-stream';
import { pendingImages, type TagResolver } from './image-triggers.ts';

/** Why an image that a trigger asks for is not written. */
export interface ImageWait {
  readonly reason: 'ImageUpdateWaiting' | 'ImageUpdatePolicyInvalid';
  /** For people. The same for as long as the wait is the same one. */
  readonly message: string;
  /** When to look again, in milliseconds since the epoch; undefined when nothing but a change of the annotations helps. */
  readonly notBeforeMs?: number;
}

/** What the update policy in the annotations of a DeploymentConfig holds back at this moment; undefined when it is nothing. */
export function imageWait(dc: NormalDeploymentConfig, resolve: TagResolver, nowMs: number): ImageWait | undefined {
  const parsed = updatePolicy(dc.metadata.annotations);
  if (parsed.kind === 'none') return undefined;
  if (parsed.kind === 'invalid') {
    const message = `No image is written before its annotations are mended: ${parsed.problems.join('; ')}`;
    return { reason: 'ImageUpdatePolicyInvalid', message };
  }
  const waits = new Map<string, number>();
  for (const { resolved } of pendingImages(dc, resolve)) {
    const verdict = mayUpdate(parsed.policy, resolved, nowMs);
    if (verdict.kind === 'wait') waits.set(verdict.message, verdict.notBeforeMs);
  }
  if (waits.size === 0) return undefined;
  const message = `A new image waits: ${[...waits.keys()].sort().join('; ')}`;
  return { reason: 'ImageUpdateWaiting', message, notBeforeMs: Math.min(...waits.values()) };
}
