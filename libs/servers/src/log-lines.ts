import { ServersError } from './servers-error.ts';

/** One line of a service's log: the JSON object it wrote, or `{ text }` for a line that is none. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Lines that can be looked back at: all that a test of one service writes, and bounded in a load test. */
const KEPT_LINES = 2_000;
const DEFAULT_TIMEOUT_MS = 20_000;
/** Shown when an awaited line does not come. */
const SHOWN_LINES = 10;

/** The newest lines of a log, which can be waited for. */
export interface LogLines {
  /** Takes output as it comes, cut anywhere. */
  write(chunk: string): void;
  /** The newest lines, oldest first. */
  lines(): readonly LogLine[];
  /**
   * The first line that matches, among those kept and those to come.
   *
   * @throws ServersError `timeout`, with the newest lines.
   */
  logged(matches: (line: LogLine) => boolean, timeoutMs?: number): Promise<LogLine>;
}

export function logLines(name: string): LogLines {
  const kept: LogLine[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  let rest = '';
  return {
    write: (chunk) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = parseLine(part);
        kept.push(line);
        for (const check of waiting) check(line);
      }
      kept.splice(0, kept.length - KEPT_LINES);
    },
    lines: () => [...kept],
    logged: (matches, timeoutMs = DEFAULT_TIMEOUT_MS) => {
      const found = kept.find(matches);
      if (found) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(check);
        };
        const check = (line: LogLine): void => {
          if (!matches(line)) return;
          done();
          resolve(line);
        };
        const timer = setTimeout(() => {
          done();
          const tail = kept.slice(-SHOWN_LINES).map((line) => JSON.stringify(line));
          const what = `${name} did not log the awaited line within ${timeoutMs / 1000} s.`;
          reject(new ServersError('timeout', `${what} Its newest lines:\n${tail.join('\n')}`));
        }, timeoutMs);
        waiting.add(check);
      });
    },
  };
}

function parseLine(text: string): LogLine {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as LogLine;
  } catch {
    // A line of another kind, a stack trace for example.
  }
  return { text };
}
