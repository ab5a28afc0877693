import { isDigest } from '@tagstream/image-ref';

/** A digest that is not to be used. */
export interface Hold {
  readonly image: string;
  /** When it is used nevertheless; milliseconds since the epoch. */
  readonly untilMs: number;
}

const FORM = 'write "sha256:<64 hexadecimal digits> until <time>", the time such as 2026-12-01T00:00:00Z';
const PARTS = /^(\S+)\s+until\s+(\S+)$/;

/** RFC 3339: a time without a zone means another instant on every machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads `<digest> until <time>`.
 * @throws TypeError that says what to mend
 */
export function parseHold(text: string): Hold {
  const [, image = '', until = ''] = PARTS.exec(text) ?? [];
  const untilMs = INSTANT.test(until) ? Date.parse(until) : Number.NaN;
  if (!isDigest(image) || Number.isNaN(untilMs)) throw new TypeError(FORM);
  return { image, untilMs };
}
