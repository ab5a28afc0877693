/** Hex digits of each digest algorithm that the OCI image specification registers (section "Registered algorithms"). */
const HEX_DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** True for a content digest of a known algorithm with exactly the hex digits that algorithm has: `sha256:` and 64. */
export function isDigest(text: string): boolean {
  const colon = text.indexOf(':');
  const hex = text.slice(colon + 1);
  return colon > 0 && HEX_DIGITS[text.slice(0, colon)] === hex.length && /^[0-9a-f]+$/.test(hex);
}
