/**
 * Compiles patterns of slash-separated names: `*` stands for any part of one segment, `**` for any number of segments.
 * `quay.io/shop/*` is every repository of that organisation, `registry.example.com/**` everything there.
 * @returns whether a text matches one of them; without patterns none does.
 */
export function matcherOf(patterns: readonly string[]): (text: string) => boolean {
  const compiled = patterns.map((pattern) => new RegExp(`^${pattern.split(/(\*+)/).map(expressionOf).join('')}$`));
  return (text) => compiled.some((expression) => expression.test(text));
}

function expressionOf(part: string): string {
  if (part === '*') return '[^/]*';
  if (/^\*+$/.test(part)) return '.*';
  return part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
}
