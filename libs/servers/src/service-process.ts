import { join, resolve } from 'node:path';
import { withPort } from './free-port.ts';
import { inheritedEnv } from './inherited-env.ts';
import { type LogLines, logLines } from './log-lines.ts';
import { makeServerDir } from './server-dir.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export type ServiceName = 'poller' | 'webhooks' | 'trigger' | 'rollout' | 'builds';

export interface ServiceOptions {
  /** Kept when given, for the log; otherwise a temporary directory that is removed at the end. */
  readonly dir?: string;
  /** The program; `services/<name>/src/main.ts` by default. */
  readonly main?: string;
  /** Options for Node, as the command of the service's image has them. */
  readonly nodeOptions?: readonly string[];
  /** Time between SIGTERM and SIGKILL; a service gives itself 10 s. */
  readonly stopGraceMs?: number;
}

/** One of our services as a process of its own. */
export interface ServiceProcess extends ServerProcess, Pick<LogLines, 'lines' | 'logged'>, AsyncDisposable {
  /** `http://127.0.0.1:<port>` of `/readyz`, `/healthz` and `/metrics`. */
  readonly adminUrl: string;
}

const servicesDir = resolve(import.meta.dirname, '../../../services');
const STOP_GRACE_MS = 12_000;

/**
 * Starts a service with this process's Node and waits until `/readyz` on its admin port answers 200.
 *
 * @param env its configuration; of this process's environment it gets only PATH, HOME and the like.
 *   `TAGSTREAM_ADMIN_PORT` is a free port unless given.
 * @throws ServersError `start_failed` with the last lines of its log, `port_taken`.
 */
export async function startService(
  name: ServiceName | 'builder',
  env: Readonly<Record<string, string>>,
  options: ServiceOptions = {},
): Promise<ServiceProcess> {
  const dir = await makeServerDir(name, options.dir);
  const log = logLines(name);
  const given = env.TAGSTREAM_ADMIN_PORT;
  return withPort(given === undefined ? undefined : Number(given), async (port) => {
    const adminUrl = `http://127.0.0.1:${port}`;
    const service = await startServerProcess({
      name,
      command: {
        file: process.execPath,
        args: [...(options.nodeOptions ?? []), options.main ?? join(servicesDir, name, 'src/main.ts')],
        env: { ...inheritedEnv(), ...env, TAGSTREAM_ADMIN_PORT: String(port) },
      },
      ports: [port],
      logPath: join(dir.path, `${name}.log`),
      isReady: async () => (await fetch(`${adminUrl}/readyz`)).status === 200,
      stopGraceMs: options.stopGraceMs ?? STOP_GRACE_MS,
      onOutput: log.write,
    });
    return Object.assign(service, {
      adminUrl,
      lines: log.lines,
      logged: log.logged,
      [Symbol.asyncDispose]: async () => {
        await service.stop();
        await dir.dispose();
      },
    });
  });
}
