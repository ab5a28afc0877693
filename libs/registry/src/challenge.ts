/** One authentication challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1); names are lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Longest header that is looked at; real ones have some hundred characters. */
const MAX_HEADER_LENGTH = 8192;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAM = new RegExp(`^(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`);
const SCHEME = new RegExp(`^(${TOKEN})(?:[ \\t]+|$|(?=,))`);
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/;

/**
 * Reads all challenges of a header, several in one line included:
 * `Bearer realm="https://auth.example.com/token",service="registry", Basic realm="x"` gives two. A value is a token or a
 * quoted string with backslash escapes. Reading stops at the first thing that fits the grammar nowhere; what was read
 * until then is kept, since one odd challenge must not hide the good one before it.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; params: Record<string, string> }[] = [];
  let rest = header.slice(0, MAX_HEADER_LENGTH);
  for (;;) {
    rest = rest.replace(/^[ \t,]+/, '');
    const current = challenges.at(-1);
    const param = current && PARAM.exec(rest);
    if (param) {
      current.params[(param[1] as string).toLowerCase()] = param[2]?.replace(/\\(.)/g, '$1') ?? (param[3] as string);
      rest = rest.slice(param[0].length);
      continue;
    }
    const scheme = SCHEME.exec(rest);
    if (scheme === null) return challenges;
    challenges.push({ scheme: (scheme[1] as string).toLowerCase(), params: {} });
    rest = rest.slice(scheme[0].length);
    if (!PARAM.test(rest)) rest = rest.replace(TOKEN68, '');
  }
}
