import { isIPv6 } from 'node:net';

/** How many requests one source may send. */
export interface RateLimit {
  /** Takes one request. @returns 0 when it may pass, else how many seconds to wait, at least 1. */
  readonly take: (address: string) => number;
}

/** A source may send so many seconds' worth of requests at once: registries report what was replicated in bursts. */
const BURST_SECONDS = 4;

/** Sources that are remembered. With more at a time the oldest starts afresh, which errs on the side of taking. */
const MAX_SOURCES = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * A token bucket for each source.
 * @param perSecond requests that a source may send for ever; 0 limits nothing.
 * @param nowMs a clock.
 */
export function createRateLimit(perSecond: number, nowMs: () => number): RateLimit {
  if (perSecond === 0) return { take: () => 0 };
  const capacity = perSecond * BURST_SECONDS;
  const buckets = new Map<string, Bucket>();
  return {
    take: (address) => {
      const source = sourceOf(address);
      const now = nowMs();
      let bucket = buckets.get(source);
      if (bucket === undefined) {
        const [oldest] = buckets.size >= MAX_SOURCES ? buckets.keys() : [];
        if (oldest !== undefined) buckets.delete(oldest);
        bucket = { tokens: capacity, atMs: now };
        buckets.set(source, bucket);
      }
      bucket.tokens = Math.min(capacity, bucket.tokens + (Math.max(0, now - bucket.atMs) / 1000) * perSecond);
      bucket.atMs = now;
      if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
      bucket.tokens -= 1;
      return 0;
    },
  };
}

/** Longest text that is remembered of an address that is none. */
const MAX_SOURCE_LENGTH = 64;

/**
 * What counts as one source: an IPv4 address, or the first 64 bits of an IPv6 address, since one host has all of the rest
 * (RFC 4291, section 2.5.1).
 */
export function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address.slice(0, MAX_SOURCE_LENGTH);
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0'), ...back];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
