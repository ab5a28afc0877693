/**
 * True when the text fits a pattern in which `*` stands for any characters and `?` for one. A mismatch goes back to the last
 * star only, so the time is bounded by the product of both lengths; people write these patterns for others to run.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let afterStar = -1;
  let starCovers = 0;
  for (let read = 0; read < text.length; ) {
    if (pattern[at] === '*') {
      afterStar = ++at;
      starCovers = read;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[read])) {
      at++;
      read++;
    } else if (afterStar >= 0) {
      at = afterStar;
      read = ++starCovers;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
