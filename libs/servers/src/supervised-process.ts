import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** A program to run. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Whole environment of the program; nothing is inherited beside it. */
  readonly env: Readonly<Record<string, string>>;
  /** Shell words to run when the program has ended, however it ended: removes a container, for example. */
  readonly afterwards?: string;
}

/** How a process ended: an exit code, 128 plus the signal's number where a signal ended it. */
export type ExitCode = number;

/** A running program that cannot outlive this process. */
export interface SupervisedProcess {
  /** Process id of the program itself, not of its supervisor. */
  readonly pid: number;
  /** Settles once the program and its supervisor are gone. */
  readonly exited: Promise<ExitCode>;
  /** SIGKILL; resolves when the program is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when the program is gone. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Runs "$@" beside a guard that reads a pipe whose other end only this Node process holds. However this process ends,
 * SIGKILL included, the kernel closes that end, the guard reads the end of file and kills the program. The shell
 * waits for the program, ends the guard, and passes the exit code on: nothing stays behind.
 * File 3 is the guard's pipe, file 4 takes the program's process id.
 */
const SUPERVISOR = `
"$@" 3<&- 4>&- </dev/null &
program=$!
echo $program >&4
exec 4>&-
( read -r _ <&3; kill -KILL $program ) >/dev/null 2>&1 &
guard=$!
wait $program
code=$?
kill -KILL $guard 2>/dev/null
wait $guard 2>/dev/null
eval "$AFTERWARDS" >/dev/null 2>&1
exit $code
`;

/**
 * Starts a program whose output goes to the end of a file, and its standard output to `onOutput` too if that is given.
 * It runs in a session of its own, so that an interrupt from the keyboard reaches only this process, which then
 * stops its servers in order.
 */
export async function superviseProcess(
  command: Command,
  logPath: string,
  onOutput?: (chunk: string) => void,
): Promise<SupervisedProcess> {
  const log = await open(logPath, 'a');
  try {
    const shell = spawn('/bin/sh', ['-c', SUPERVISOR, 'supervisor', command.file, ...command.args], {
      detached: true,
      env: { ...command.env, AFTERWARDS: command.afterwards ?? '' },
      stdio: ['ignore', onOutput ? 'pipe' : log.fd, log.fd, 'pipe', 'pipe'],
    });
    const exited = exitOf(shell);
    shell.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      // At once, so that the file is complete when the process has ended.
      appendFileSync(logPath, chunk);
      onOutput?.(chunk);
    });
    // The guard's pipe is only ever closed, by the kernel; when the program ended first, closing it may report EPIPE.
    shell.stdio[3]?.on('error', () => {});
    const pid = await readPid(shell.stdio[4] as Readable);
    return handle(pid, exited);
  } finally {
    await log.close();
  }
}

function handle(pid: number, exited: Promise<ExitCode>): SupervisedProcess {
  let running = true;
  const gone = exited.then(() => {
    running = false;
  });
  const kill = async (): Promise<void> => {
    if (running) signal(pid, 'SIGKILL');
    await gone;
  };
  return {
    pid,
    exited,
    kill,
    stop: async (graceMs) => {
      if (running) signal(pid, 'SIGTERM');
      const timer = setTimeout(() => void kill(), graceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Sends a signal; a program that has just ended by itself is as good as one that was told to. */
function signal(pid: number, name: 'SIGKILL' | 'SIGTERM'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function exitOf(shell: ChildProcess): Promise<ExitCode> {
  const [code] = (await once(shell, 'close')) as [number | null];
  return code ?? 128 + 9;
}

async function readPid(pipe: Readable): Promise<number> {
  let text = '';
  for await (const chunk of pipe) text += String(chunk);
  return Number.parseInt(text, 10);
}
