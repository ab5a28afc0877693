/** One instruction of a Dockerfile, or what stands between two. `text` is as written, with its line breaks. */
export interface Instruction {
  /** In upper case; empty for comments, directives and empty lines. */
  readonly keyword: string;
  readonly text: string;
}

const HEREDOC = /<<-?\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\1/g;

/** Instructions that may take heredocs. */
const WITH_HEREDOC: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);

/** A Dockerfile taken apart; joined again, the texts are what was taken apart. */
export function instructionsOf(dockerfile: string): Instruction[] {
  const escapeChar = /^\s*#\s*escape\s*=\s*`\s*$/im.test(leadingComments(dockerfile)) ? '`' : '\\';
  const lines = dockerfile.split(/(?<=\n)/);
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const start = at;
    const keyword = keywordOf(lines[at]!);
    at += 1;
    if (keyword !== '') {
      at = endOfContinuation(lines, at, escapeChar);
      if (WITH_HEREDOC.has(keyword)) at = endOfHeredocs(lines, start, at);
    }
    found.push({ keyword, text: lines.slice(start, at).join('') });
  }
  return found;
}

function leadingComments(dockerfile: string): string {
  return /^(\s*#[^\n]*\n)*/.exec(dockerfile)?.[0] ?? '';
}

function keywordOf(line: string): string {
  return /^\s*([A-Za-z]+)(?=\s|$)/.exec(line)?.[1]?.toUpperCase() ?? '';
}

/** Comments and empty lines between continued lines belong to the instruction. */
function endOfContinuation(lines: readonly string[], next: number, escapeChar: string): number {
  let at = next;
  let continued = endsWith(lines[at - 1]!, escapeChar);
  while (continued && at < lines.length) {
    const line = lines[at]!;
    at += 1;
    if (/^\s*(#|$)/.test(line)) continue;
    continued = endsWith(line, escapeChar);
  }
  return at;
}

function endsWith(line: string, escapeChar: string): boolean {
  return line.trimEnd().endsWith(escapeChar);
}

function endOfHeredocs(lines: readonly string[], start: number, next: number): number {
  let at = next;
  for (const [, , word] of lines.slice(start, next).join('').matchAll(HEREDOC)) {
    let end = at;
    while (end < lines.length && lines[end]!.trim() !== word) end += 1;
    if (end === lines.length) return at; // no heredoc after all: nothing ends it
    at = end + 1;
  }
  return at;
}
