import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPortFree } from './free-port.ts';
import { ServersError } from './servers-error.ts';
import { type Command, type ExitCode, type SupervisedProcess, superviseProcess } from './supervised-process.ts';
import { waitUntil } from './wait-until.ts';

/** How one server is started and recognised as ready. */
export interface ServerSpec {
  /** Name for messages: `nats-server`. */
  readonly name: string;
  readonly command: Command;
  /** Loopback ports that it will listen on. */
  readonly ports: readonly number[];
  /** File that takes the server's output; restarts append. */
  readonly logPath: string;
  /** Resolves with true once the server does its work; false or an error mean "not yet". */
  readonly isReady: () => Promise<boolean>;
  readonly readyTimeoutMs?: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly stopGraceMs?: number;
  /** Receives standard output besides the file. */
  readonly onOutput?: (chunk: string) => void;
}

/** One server as a process, which can be killed and started again with the same command. */
export interface ServerProcess {
  readonly name: string;
  readonly logPath: string;
  /** Process id, `undefined` while it is not running. */
  readonly pid: number | undefined;
  /** Settles when the process that runs now has ended, or at once if none runs. */
  readonly exited: Promise<ExitCode>;
  /** SIGKILL: the machine lost power. */
  kill(): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace time. */
  stop(): Promise<void>;
  /** Stops it where it still runs, and starts it with the same ports and directory; resolves when it is ready. */
  restart(): Promise<void>;
}

/** A control plane's slowest start on a loaded two-core machine, with room to spare. */
const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 5_000;
/** Enough for a stack trace or a usage line, short enough for a test report. */
const TAIL_LINES = 15;
/** A port that a killed server held is free at once; only a stranger's short-lived socket can be in the way. */
const PORT_ATTEMPTS = 20;
const PORT_RETRY_MS = 250;

/**
 * Starts a server and waits until it is ready.
 *
 * @throws ServersError `port_taken` or `start_failed`, with the last lines of the log and its path.
 */
export async function startServerProcess(spec: ServerSpec): Promise<ServerProcess> {
  let running: SupervisedProcess | undefined;
  let exited: Promise<ExitCode> = Promise.resolve(0);
  const adopt = (process: SupervisedProcess): void => {
    running = process;
    exited = process.exited;
    void process.exited.then(() => {
      if (running === process) running = undefined;
    });
  };
  adopt(await launch(spec));
  const end = async (how: (process: SupervisedProcess) => Promise<void>): Promise<void> => {
    if (running) await how(running);
  };
  const stop = (): Promise<void> => end((process) => process.stop(spec.stopGraceMs ?? STOP_GRACE_MS));
  return {
    name: spec.name,
    logPath: spec.logPath,
    get pid() {
      return running?.pid;
    },
    get exited() {
      return exited;
    },
    kill: () => end((process) => process.kill()),
    stop,
    restart: async () => {
      await stop();
      adopt(await relaunch(spec));
    },
  };
}

async function relaunch(spec: ServerSpec): Promise<SupervisedProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(spec);
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !(error instanceof ServersError && error.code === 'port_taken')) throw error;
      await sleep(PORT_RETRY_MS);
    }
  }
}

async function launch(spec: ServerSpec): Promise<SupervisedProcess> {
  for (const port of spec.ports) {
    // A probe for readiness must not take the server that has the port for this one.
    if (!(await isPortFree(port))) {
      throw new ServersError('port_taken', `${spec.name} cannot listen on port ${port}: another process does.`);
    }
  }
  const before = (await readLog(spec.logPath)).length;
  const process = await superviseProcess(spec.command, spec.logPath, spec.onOutput);
  const gaveUp = new AbortController();
  const ended = process.exited.then((code) => {
    throw new ServersError('start_failed', `${spec.name} ended with code ${code} before it was ready.`);
  });
  const ready = waitUntil(
    `Readiness of ${spec.name}`,
    spec.readyTimeoutMs ?? READY_TIMEOUT_MS,
    async () => (await spec.isReady()) || undefined,
    gaveUp.signal,
  );
  try {
    await Promise.race([ready, ended]);
    return process;
  } catch (error) {
    gaveUp.abort();
    ready.catch(() => {});
    await process.kill();
    throw withLog(error as Error, spec.logPath, (await readLog(spec.logPath)).slice(before));
  } finally {
    ended.catch(() => {});
  }
}

function withLog(error: Error, logPath: string, output: string): ServersError {
  const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  const code = /address already in use|EADDRINUSE/.test(output) ? 'port_taken' : 'start_failed';
  return new ServersError(code, `${error.message} Its log ${logPath} ends with:\n${tail}`, { cause: error });
}

async function readLog(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
