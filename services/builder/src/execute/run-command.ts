import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A program to run. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** How to run it. */
export interface RunOptions {
  /** Kills the program and everything it started. */
  readonly signal: AbortSignal;
  /** Told each line of both outputs. */
  readonly onLine: (line: string) => void;
  /** Standard output is collected instead of told; up to 1 MiB of it. */
  readonly collect?: boolean;
}

/** How it ended: the exit code, 128 plus the signal's number where a signal ended it. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; rejects with the signal's reason when that is aborted. */
export type RunCommand = (command: Command, options: RunOptions) => Promise<Ended>;

/**
 * Runs "$@" beside a guard that reads a pipe whose other end only this Node process holds. However this process ends, SIGKILL
 * included, the kernel closes that end, and the guard kills the whole process group: no build goes on without its runner.
 */
const SUPERVISOR = `
"$@" 3<&- </dev/null &
program=$!
( read -r _ <&3; kill -s KILL -- -$$ ) >/dev/null 2>&1 &
guard=$!
wait $program
code=$?
kill -s KILL $guard 2>/dev/null
wait $guard 2>/dev/null
exit $code
`;

const SIGKILL_CODE = 137;

/** A configuration of an image, or the facts of a commit, take far less. */
const MAX_COLLECTED = 1024 * 1024;

/** Longer lines are told in pieces. */
const MAX_LINE_LENGTH = 16 * 1024;

/** See {@link RunCommand}. The program gets a session of its own, which ends with it. */
export const runCommand: RunCommand = async (command, { signal, onLine, collect = false }) => {
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'build', command.program, ...command.args], {
    cwd: command.cwd,
    env: { ...command.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  child.stdio[3]?.on('error', () => undefined); // the guard's pipe is only ever closed
  const kill = () => killGroup(child);
  signal.addEventListener('abort', kill);
  let output = '';
  const take = (text: string) => {
    output = (output + text).slice(0, MAX_COLLECTED);
  };
  const stdout = child.stdout as Readable;
  if (collect) stdout.setEncoding('utf8').on('data', take);
  else tellLines(stdout, onLine);
  tellLines(child.stderr as Readable, onLine);
  // What the program left behind would hold the pipes open.
  child.once('exit', kill);
  try {
    const [code] = (await closed) as [number | null];
    signal.throwIfAborted();
    return { code: code ?? SIGKILL_CODE, output };
  } finally {
    signal.removeEventListener('abort', kill);
  }
};

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // nothing of it is left
  }
}

/** A carriage return begins a line anew, as progress displays do: each state is a line. */
function tellLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    while (rest.length > MAX_LINE_LENGTH) {
      onLine(rest.slice(0, MAX_LINE_LENGTH));
      rest = rest.slice(MAX_LINE_LENGTH);
    }
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
    rest = '';
  });
}
