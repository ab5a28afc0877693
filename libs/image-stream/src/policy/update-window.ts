import { Cron } from 'croner';
import { DURATION_FORM, durationMs } from './duration.ts';

/** Times at which images may be written. */
export interface UpdateWindow {
  /** As it was written, for messages. */
  readonly text: string;
  /** When the window opens, in the wall-clock time of the zone. */
  readonly cron: string;
  /** How long it stays open, in elapsed time. */
  readonly openMs: number;
  /** IANA name. */
  readonly zone: string;
}

/** Five fields, or a nickname such as `@daily`. `?` would stand for the time of reading. */
const CRON = /^(?:@[a-z]+|[^\s?]+(?: +[^\s?]+){4})$/;

/** Any instant: a window that never opens after it never opens. */
const LONG_AGO = new Date('2000-01-01T00:00:00Z');

/** The last instant that a Date can name. */
const NEVER_MS = 8.64e15;

/**
 * Reads `<cron expression>; <duration>; <time zone>`. The zone may be missing, which means UTC.
 * @throws TypeError that says what to mend
 */
export function parseUpdateWindow(text: string): UpdateWindow {
  const [cron = '', duration = '', zone = 'UTC', ...rest] = text.split(';').map((part) => part.trim());
  const openMs = durationMs(duration);
  if (rest.length > 0 || !CRON.test(cron)) {
    throw new TypeError('write "<minute> <hour> <day> <month> <weekday>; <duration>; <time zone>"');
  }
  if (openMs === undefined) throw new TypeError(`"${duration}" is not ${DURATION_FORM}`);
  if (!isZone(zone))
    throw new TypeError(`"${zone}" is no time zone: write a name such as Europe/Berlin, or leave it out`);
  const window = { text, cron, openMs, zone };
  if (nextOpening(window, LONG_AGO) === undefined) throw new TypeError(`"${cron}" never comes`);
  return window;
}

/** The first instant from this one on at which the window is open: this one itself while it is open. Milliseconds since the epoch. */
export function openFrom(window: UpdateWindow, atMs: number): number {
  // An opening counts for the half-open time [opening, opening + openMs).
  const opening = nextOpening(window, new Date(atMs - window.openMs))?.getTime() ?? NEVER_MS;
  return Math.max(opening, atMs);
}

/** The first opening after an instant. @throws TypeError when the expression is none */
function nextOpening({ cron, zone }: UpdateWindow, after: Date): Date | undefined {
  try {
    return new Cron(cron, { mode: '5-part', timezone: zone }).nextRun(after) ?? undefined;
  } catch (error) {
    throw new TypeError(`"${cron}" is no cron expression: ${error instanceof Error ? error.message : error}`);
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
