const PARTS = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const UNITS_MS = [24 * 3_600_000, 3_600_000, 60_000, 1000] as const;

/** What nobody waits for: a longer duration is a slip of the pen. */
const MAX_MS = 366 * 24 * 3_600_000;

/** What a duration has to look like, for messages. */
export const DURATION_FORM = 'a duration of at most 366 days, such as 90s, 30m, 2h, 1h30m or 3d';

/** Milliseconds of a duration: days, hours, minutes and seconds, in this order. Undefined for what is none, and for zero. */
export function durationMs(text: string): number | undefined {
  const parts = PARTS.exec(text)?.slice(1) ?? [];
  const ms = parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (UNITS_MS[index] ?? 0), 0);
  return ms > 0 && ms <= MAX_MS ? ms : undefined;
}
