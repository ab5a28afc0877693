import { sourceOf } from './rate-limit.ts';

/** The memory that bodies may take which are being received or processed. */
export interface BodyBudget {
  /** Sets bytes aside. @returns how to give them back, once; null when there is no room. */
  readonly reserve: (address: string, bytes: number) => (() => void) | null;
}

/** Bodies of all sources together; a service has at least 256 MiB. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** Bodies of one source: thousands of notifications of the usual size, and one that sends slowly leaves room for others. */
const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/**
 * Bounds what unfinished requests can take: without a bound, a few hundred connections that each send most of the largest body
 * fill the memory before anything could be verified.
 */
export function createBodyBudget(): BodyBudget {
  const bySource = new Map<string, number>();
  let total = 0;
  return {
    reserve: (address, bytes) => {
      const source = sourceOf(address);
      const taken = bySource.get(source) ?? 0;
      if (taken + bytes > MAX_SOURCE_BYTES || total + bytes > MAX_TOTAL_BYTES) return null;
      bySource.set(source, taken + bytes);
      total += bytes;
      return () => {
        total -= bytes;
        const left = (bySource.get(source) ?? 0) - bytes;
        if (left > 0) bySource.set(source, left);
        else bySource.delete(source);
      };
    },
  };
}
