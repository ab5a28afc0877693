import type { RequestRecord } from '@tagstream/registry';

/** The shortest and the longest pause for a budget that is used up. */
const MIN_PAUSE_MS = 60_000;
export const MAX_PAUSE_MS = 60 * 60_000;

/**
 * How long a registry is to be left alone after an answer with `ratelimit-*` headers, as Docker Hub sends them; undefined
 * while its budget is not used up. The window slides, so the time in which one request of it comes back is waited for, not
 * the whole window.
 */
export function pauseFor(rateLimit: RequestRecord['rateLimit']): number | undefined {
  if (rateLimit?.remaining === undefined || rateLimit.remaining > 0) return undefined;
  const { limit = 0, windowMs = 0 } = rateLimit;
  const oneBackMs = limit > 0 ? windowMs / limit : windowMs;
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, Math.ceil(oneBackMs)));
}
