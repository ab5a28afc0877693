import { createHash } from 'node:crypto';

/**
 * The next turn of a reference that is checked at an interval. Turns repeat at the interval, each reference at its own offset into
 * it: so the checks are spread over the interval, also after a restart, and everybody agrees on the turns.
 * @param offset what {@link turnOffset} says of the reference.
 * @param afterMs the turn is later than this instant, in milliseconds since the epoch.
 */
export function nextTurn(offset: number, intervalMs: number, afterMs: number): number {
  const offsetMs = offset * intervalMs;
  const turns = Math.floor((afterMs - offsetMs) / intervalMs) + 1;
  return Math.ceil(offsetMs + turns * intervalMs);
}

/**
 * How far into the interval the turns of a reference are: a number in [0, 1) that is spread evenly over the references, and the
 * same for everybody.
 * @param canonical the reference in normal form: `docker.io/library/nginx:latest`.
 */
export function turnOffset(canonical: string): number {
  return createHash('sha256').update(canonical).digest().readUInt32BE(0) / 2 ** 32;
}
