import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { dockerCommand, inheritedEnv } from './docker-command.ts';
import { type FindOptions, findTool, type ToolSource } from './find-program.ts';
import { withFreePorts } from './free-port.ts';
import { makeServerDir } from './server-dir.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import type { Command } from './supervised-process.ts';
import { images, natsTool } from './versions.ts';

export interface NatsOptions extends FindOptions {
  /** Kept when given; otherwise a temporary directory that is removed at the end. */
  readonly dir?: string;
  readonly port?: number;
  /** Further lines of nats-server configuration, for example `accounts` or `authorization`. */
  readonly config?: string;
}

/** A running nats-server with JetStream. */
export interface NatsServer extends Pick<ServerProcess, 'pid' | 'logPath' | 'kill' | 'restart'>, AsyncDisposable {
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly dir: string;
}

/**
 * Starts a nats-server with JetStream on a loopback port and waits until it greets with JetStream enabled.
 *
 * @throws ServersError `not_installed`, `build_failed`, `start_failed`, `port_taken`.
 */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const source = await findTool(natsTool, options);
  const dir = await makeServerDir('nats', options.dir);
  const start = async (port: number): Promise<ServerProcess> => {
    const config = join(dir.path, 'nats-server.conf');
    await writeFile(config, configuration(port, source.kind === 'docker' ? '/data' : dir.path, options.config));
    return startServerProcess({
      name: 'nats-server',
      command: commandOf(source, dir.path, port),
      logPath: join(dir.path, 'nats-server.log'),
      isReady: () => greetsWithJetStream(port),
    });
  };
  try {
    const [server, port] = options.port
      ? [await start(options.port), options.port]
      : await withFreePorts(1, async ([free = 0]) => [await start(free), free] as const);
    return {
      url: `nats://127.0.0.1:${port}`,
      port,
      dir: dir.path,
      logPath: server.logPath,
      get pid() {
        return server.pid;
      },
      kill: server.kill,
      restart: server.restart,
      [Symbol.asyncDispose]: async () => {
        await server.stop();
        await dir.dispose();
      },
    };
  } catch (error) {
    await dir.dispose();
    throw error;
  }
}

function configuration(port: number, storeDir: string, more = ''): string {
  return [
    `listen: "${storeDir === '/data' ? '0.0.0.0' : '127.0.0.1'}:${port}"`,
    `jetstream { store_dir: ${JSON.stringify(storeDir)} }`,
    more,
    '',
  ].join('\n');
}

function commandOf(source: ToolSource, dir: string, port: number): Command {
  if (source.kind === 'programs') {
    const file = source.path('nats-server');
    return { file, args: ['--config', join(dir, 'nats-server.conf')], env: inheritedEnv() };
  }
  return dockerCommand(source.docker, {
    image: images.nats,
    options: ['--publish', `127.0.0.1:${port}:${port}`, '--volume', `${dir}:/data`],
    args: ['--config', '/data/nats-server.conf'],
  });
}

/** A NATS server speaks first: one line `INFO {…}`, in which `jetstream` is true once the store is recovered. */
function greetsWithJetStream(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 1_000 });
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\r\n')) return;
      socket.destroy();
      resolve(/"jetstream":\s*true/.test(text));
    });
    socket.on('timeout', () => socket.destroy(new Error('the server did not greet')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
  });
}
