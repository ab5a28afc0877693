import { createHash, timingSafeEqual } from 'node:crypto';

/** The secrets that are valid now. Two at a time make a rotation possible: add the new one, move the sender, drop the old one. */
export interface Secrets {
  /** Whether the candidate is one of them; takes the same time whether and wherever it differs. */
  readonly matches: (candidate: string) => boolean;
  /** Calls `check` with every secret, for signatures, and says whether one fits. */
  readonly some: (check: (secret: string) => boolean) => boolean;
}

/** Wraps the list. Comparison is over SHA-256 hashes, so that neither content nor length shows in the time it takes. */
export function secretsOf(values: readonly string[]): Secrets {
  const hashes = values.map(hash);
  return {
    matches: (candidate) => {
      const given = hash(candidate);
      // No early exit: every secret is compared.
      return hashes.reduce((found, known) => timingSafeEqual(given, known) || found, false);
    },
    some: (check) => values.reduce((found, secret) => check(secret) || found, false),
  };
}

/**
 * Splits a list of secrets: separated by commas or line ends, white space around them removed.
 * @returns the non-empty ones, each once.
 */
export function parseSecretList(text: string): readonly string[] {
  return [
    ...new Set(
      text
        .split(/[,\r\n]+/)
        .map((secret) => secret.trim())
        .filter((secret) => secret !== ''),
    ),
  ];
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
