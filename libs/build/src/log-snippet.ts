/** OpenShift: lines of the log that a failed Build keeps. */
const SNIPPET_LINES = 5;

/** OpenShift: a longer line is shortened to its first 58 and last 59 characters. */
const MAX_LINE_LENGTH = 120;
const HEAD_LENGTH = 58;
const TAIL_LENGTH = 59;

/** OpenShift: `status.logSnippet`, the last lines of a log. */
export function logSnippet(log: string): string {
  return log.trim().split('\n').slice(-SNIPPET_LINES).map(shortened).join('\n');
}

function shortened(line: string): string {
  return line.length <= MAX_LINE_LENGTH ? line : `${line.slice(0, HEAD_LENGTH)}...${line.slice(-TAIL_LENGTH)}`;
}
