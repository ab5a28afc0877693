/** Shorter texts (`true`, a port) would make a log unreadable, and are no secrets worth the name. */
const MIN_SECRET_LENGTH = 6;

const HIDDEN = '***';

/** Takes secrets out of a line of a log. */
export type Redact = (line: string) => string;

/**
 * Hides secrets where they stand in a line as they are, percent-encoded as in a URL, or as base64; of one with several lines
 * every line. It is a net under the builds' own care, not a promise: a build can write a secret in many ways.
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const line of secret.split(/\r?\n/)) {
      const text = line.trim();
      if (text.length < MIN_SECRET_LENGTH) continue;
      forms.add(text).add(encodeURIComponent(text)).add(Buffer.from(text).toString('base64'));
    }
  }
  // The longest first: one secret may be the beginning of another.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (line) => {
    let shown = line;
    for (const form of ordered) if (shown.includes(form)) shown = shown.replaceAll(form, HIDDEN);
    return shown;
  };
}
