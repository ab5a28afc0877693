/** How durations are written: a whole number with s, m or h. */
export const DURATION_PATTERN = '^[1-9]\\d{0,5}(s|m|h)$';

const DURATION = new RegExp(DURATION_PATTERN);
const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as people write it, `15m`; undefined for a text that is none. */
export function durationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  return Number(text.slice(0, -1)) * (UNITS_MS[text.slice(-1)] ?? Number.NaN);
}
