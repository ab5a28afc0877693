import { type Redact, redactor } from './redact.ts';

/** Takes the log of one build. */
export interface BuildLog {
  line(text: string): void;
  /** From now on these texts do not appear. */
  hide(secrets: readonly string[]): void;
  /** The last lines, as they were stored. */
  readonly tail: readonly string[];
  /** Resolves when all that was told is stored, or was given up. */
  flush(): Promise<void>;
}

/** What a log needs. */
export interface BuildLogOptions {
  /** Stores a piece; `number` counts them from 1. What it throws loses the piece. */
  readonly store: (text: string, number: number) => Promise<void>;
  readonly onLost: (error: unknown) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told every line as well. */
  readonly onLine?: (line: string) => void;
}

/** Somebody who follows a log does not notice this wait, and a chatty build makes few pieces. */
const COLLECT_MS = 200;

/** A piece fits into a message of NATS many times over. */
const PIECE_LENGTH = 32 * 1024;

/** What one build may say. It keeps the log below the bounds of its stream, in which others have theirs. */
const MAX_LOG_LENGTH = 8 * 1024 * 1024;

/** What may wait while NATS is away; the rest is lost, not the build. */
const MAX_WAITING_LENGTH = 1024 * 1024;

const TAIL_LINES = 20;

/** Opens a log: lines are collected for a moment and stored in order. */
export function openBuildLog({ store, onLost, sleep, onLine }: BuildLogOptions): BuildLog {
  const secrets: string[] = [];
  const tail: string[] = [];
  let redact: Redact = (line) => line;
  let waiting = '';
  let told = 0;
  let leftOut = 0;
  let pieces = 0;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    await sleep(COLLECT_MS);
    while (waiting !== '') {
      const piece = waiting.slice(0, PIECE_LENGTH);
      waiting = waiting.slice(piece.length);
      pieces += 1;
      try {
        await store(piece, pieces);
      } catch (error) {
        onLost(error);
      }
    }
    writing = undefined;
  }

  function add(line: string): void {
    waiting += `${line}\n`;
    told += line.length + 1;
    writing ??= write();
  }

  return {
    tail,
    line(text) {
      const line = redact(text);
      onLine?.(line);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      if (told + line.length > MAX_LOG_LENGTH || waiting.length > MAX_WAITING_LENGTH) leftOut += 1;
      else add(line);
    },
    hide(more) {
      secrets.push(...more);
      redact = redactor(secrets);
    },
    async flush() {
      if (leftOut > 0) {
        const shown = tail.slice(-Math.min(leftOut, TAIL_LINES));
        add(`[${leftOut} lines left out; the last of them:]\n${shown.join('\n')}`);
        leftOut = 0;
      }
      while (writing !== undefined) await writing;
    },
  };
}
