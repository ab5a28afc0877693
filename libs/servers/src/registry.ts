import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { dockerCommand, inheritedEnv } from './docker-command.ts';
import { type FindOptions, findTool, type ToolSource } from './find-program.ts';
import { withFreePorts } from './free-port.ts';
import { makeServerDir } from './server-dir.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import type { Command } from './supervised-process.ts';
import { images, registryTool } from './versions.ts';

export interface RegistryOptions extends FindOptions {
  /** Kept when given; otherwise a temporary directory that is removed at the end. */
  readonly dir?: string;
  readonly port?: number;
  /** Where pushes are announced; `authorization` is the value of the header. */
  readonly notifications?: { readonly url: string; readonly authorization: string };
  /** The `auth` section of distribution's configuration as it is, for example `{ token: { realm, service, … } }`. */
  readonly auth?: Readonly<Record<string, unknown>>;
}

/** A running OCI registry without TLS. */
export interface RegistryServer extends Pick<ServerProcess, 'pid' | 'logPath' | 'kill' | 'restart'>, AsyncDisposable {
  /** `127.0.0.1:<port>`, as it stands in an image reference. */
  readonly host: string;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly dir: string;
}

/**
 * Starts the distribution registry on a loopback port, with deletion enabled.
 *
 * @throws ServersError `not_installed`, `build_failed`, `start_failed`, `port_taken`.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<RegistryServer> {
  const source = await findTool(registryTool, options);
  const dir = await makeServerDir('registry', options.dir);
  const start = async (port: number): Promise<ServerProcess> => {
    await mkdir(join(dir.path, 'storage'), { recursive: true });
    await writeFile(join(dir.path, 'registry.yaml'), configuration(options, source, dir.path, port));
    return startServerProcess({
      name: 'registry',
      command: commandOf(source, dir.path, port),
      logPath: join(dir.path, 'registry.log'),
      // 401 too: with authentication configured, that is the right answer to a stranger.
      isReady: async () => [200, 401].includes((await fetch(`http://127.0.0.1:${port}/v2/`)).status),
    });
  };
  try {
    const [server, port] = options.port
      ? [await start(options.port), options.port]
      : await withFreePorts(1, async ([free = 0]) => [await start(free), free] as const);
    return {
      host: `127.0.0.1:${port}`,
      url: `http://127.0.0.1:${port}`,
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

function configuration(options: RegistryOptions, source: ToolSource, dir: string, port: number): string {
  const inContainer = source.kind === 'docker';
  return stringify({
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: inContainer ? '/data/storage' : join(dir, 'storage') },
      delete: { enabled: true },
      // A background deletion of half-finished uploads would only make noise here.
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: {
      addr: `${inContainer ? '0.0.0.0' : '127.0.0.1'}:${port}`,
      secret: 'shared by replicas, of which there is one',
    },
    ...(options.auth ? { auth: options.auth } : {}),
    ...(options.notifications ? { notifications: notifications(options.notifications) } : {}),
  });
}

/** Small numbers, so that a test which takes the receiver down sees the retry soon. */
function notifications(to: { readonly url: string; readonly authorization: string }): unknown {
  return {
    endpoints: [
      {
        name: 'tagstream',
        url: to.url,
        headers: { Authorization: [to.authorization] },
        timeout: '1s',
        threshold: 3,
        backoff: '500ms',
      },
    ],
  };
}

function commandOf(source: ToolSource, dir: string, port: number): Command {
  if (source.kind === 'programs') {
    // Distribution would try to send traces to a collector on this machine.
    const env = { ...inheritedEnv(), OTEL_TRACES_EXPORTER: 'none' };
    return { file: source.path('registry'), args: ['serve', join(dir, 'registry.yaml')], env };
  }
  return dockerCommand(source.docker, {
    image: images.registry,
    options: [
      ...['--publish', `127.0.0.1:${port}:${port}`, '--volume', `${dir}:/data`],
      ...['--env', 'OTEL_TRACES_EXPORTER=none', '--add-host', 'host.docker.internal:host-gateway'],
    ],
    args: ['serve', '/data/registry.yaml'],
  });
}
