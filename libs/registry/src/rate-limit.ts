import type { RateLimit } from './errors.ts';

/** Longest wait that is believed; the longest window known is a day. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** A number this large is an instant in seconds since the epoch (September 2001), no duration. */
const SMALLEST_EPOCH_S = 1_000_000_000;

/**
 * How long a `Retry-After` header asks to wait: seconds or an HTTP date (RFC 9110 section 10.2.3); seconds since the epoch
 * are understood too, because Docker Hub has sent them. Undefined when it is missing or says nothing.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (text === '') return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : undefined;
  const at = seconds === undefined ? Date.parse(text) : seconds * 1000;
  if (Number.isNaN(at)) return undefined;
  const waitMs = seconds !== undefined && seconds < SMALLEST_EPOCH_S ? at : at - nowMs;
  return Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

/**
 * The budget in the headers `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600` that Docker Hub sends,
 * also on HEAD. Undefined when there is none.
 */
export function parseRateLimit(headers: Readonly<Record<string, string | undefined>>): RateLimit | undefined {
  const limit = /^(\d+)/.exec(headers['ratelimit-limit'] ?? '')?.[1];
  const remaining = /^(\d+)/.exec(headers['ratelimit-remaining'] ?? '')?.[1];
  if (limit === undefined && remaining === undefined) return undefined;
  const window = /;\s*w=(\d+)/.exec(headers['ratelimit-remaining'] ?? headers['ratelimit-limit'] ?? '')?.[1];
  return {
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(remaining === undefined ? {} : { remaining: Number(remaining) }),
    ...(window === undefined ? {} : { windowMs: Number(window) * 1000 }),
  };
}
