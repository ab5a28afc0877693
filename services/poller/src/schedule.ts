import { createHash } from 'node:crypto';

/**
 * The next turn of a question. Turns repeat at the interval, each question at its own offset into it, computed from its key:
 * so the checks are spread over the interval, also after a restart, and replicas agree on the turns.
 * @param afterMs the turn is later than this instant, in milliseconds since the epoch.
 */
export function nextTurn(key: string, intervalMs: number, afterMs: number): number {
  const offset = offsetOf(key) * intervalMs;
  const turns = Math.floor((afterMs - offset) / intervalMs) + 1;
  return Math.ceil(offset + turns * intervalMs);
}

/** A number in [0, 1) that is spread evenly over keys. */
function offsetOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32;
}
