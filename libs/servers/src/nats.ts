import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { dockerCommand } from './docker-command.ts';
import { type FindOptions, findTool, type ToolSource } from './find-tool.ts';
import { withPort } from './free-port.ts';
import { inheritedEnv } from './inherited-env.ts';
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
export interface NatsServer extends ServerProcess, AsyncDisposable {
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly dir: string;
}

/** A server that accepted the connection and does not speak is stuck. */
const GREETING_TIMEOUT_MS = 1_000;

/**
 * Starts a nats-server with JetStream on a loopback port and waits until it greets with JetStream enabled.
 *
 * @throws ServersError `not_installed`, `build_failed`, `start_failed`, `port_taken`.
 */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const source = await findTool(natsTool, options);
  const dir = await makeServerDir('nats', options.dir);
  const configPath = join(dir.path, 'nats-server.conf');
  return withPort(options.port, async (port) => {
    await writeFile(configPath, configuration(source, port, dir.path, options.config));
    const server = await startServerProcess({
      name: 'nats-server',
      command: commandOf(source, dir.path, configPath, port),
      ports: [port],
      logPath: join(dir.path, 'nats-server.log'),
      isReady: () => greetsWithJetStream(port),
    });
    return Object.assign(server, {
      url: `nats://127.0.0.1:${port}`,
      port,
      dir: dir.path,
      [Symbol.asyncDispose]: async () => {
        await server.stop();
        await dir.dispose();
      },
    });
  });
}

function configuration(source: ToolSource, port: number, dir: string, more = ''): string {
  return [
    // Docker publishes what listens on the container's outer address, and only on this machine's loopback.
    `listen: "${source.kind === 'docker' ? '0.0.0.0' : '127.0.0.1'}:${port}"`,
    `jetstream { store_dir: ${JSON.stringify(dir)} }`,
    more,
    '',
  ].join('\n');
}

function commandOf(source: ToolSource, dir: string, configPath: string, port: number): Command {
  const args = ['--config', configPath];
  if (source.kind === 'programs') return { file: source.path('nats-server'), args, env: inheritedEnv() };
  const options = ['--publish', `127.0.0.1:${port}:${port}`, '--volume', `${dir}:${dir}`];
  return dockerCommand(source.docker, { image: images.nats, options, args });
}

/** A NATS server speaks first: one line `INFO {…}`, in which `jetstream` is true once the store is recovered. */
function greetsWithJetStream(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: GREETING_TIMEOUT_MS });
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
