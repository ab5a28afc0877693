import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { dockerCommand } from './docker-command.ts';
import { type FindOptions, findTool, type ToolSource } from './find-tool.ts';
import { withPort } from './free-port.ts';
import { inheritedEnv } from './inherited-env.ts';
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
export interface RegistryServer extends ServerProcess, AsyncDisposable {
  /** `127.0.0.1:<port>`, as it stands in an image reference. */
  readonly host: string;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly dir: string;
}

/** Distribution would try to send traces to a collector on this machine. */
const NO_TRACES = { OTEL_TRACES_EXPORTER: 'none' };

/**
 * Starts the distribution registry on a loopback port, with deletion enabled.
 *
 * @throws ServersError `not_installed`, `build_failed`, `start_failed`, `port_taken`.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<RegistryServer> {
  const source = await findTool(registryTool, options);
  const dir = await makeServerDir('registry', options.dir);
  const configPath = join(dir.path, 'registry.yaml');
  await mkdir(join(dir.path, 'storage'), { recursive: true });
  return withPort(options.port, async (port) => {
    const host = `127.0.0.1:${port}`;
    await writeFile(configPath, configuration(options, source, dir.path, port));
    const server = await startServerProcess({
      name: 'registry',
      command: commandOf(source, dir.path, configPath, port),
      ports: [port],
      logPath: join(dir.path, 'registry.log'),
      // 401 too: with authentication configured, that is the right answer to a stranger.
      isReady: async () => [200, 401].includes((await fetch(`http://${host}/v2/`)).status),
    });
    return Object.assign(server, {
      host,
      url: `http://${host}`,
      port,
      dir: dir.path,
      [Symbol.asyncDispose]: async () => {
        await server.stop();
        await dir.dispose();
      },
    });
  });
}

function configuration(options: RegistryOptions, source: ToolSource, dir: string, port: number): string {
  return stringify({
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(dir, 'storage') },
      delete: { enabled: true },
      // A background deletion of half-finished uploads would only make noise here.
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: {
      addr: `${source.kind === 'docker' ? '0.0.0.0' : '127.0.0.1'}:${port}`,
      secret: 'signs the state of uploads between replicas, of which there is one',
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

function commandOf(source: ToolSource, dir: string, configPath: string, port: number): Command {
  const args = ['serve', configPath];
  if (source.kind === 'programs') {
    return { file: source.path('registry'), args, env: { ...inheritedEnv(), ...NO_TRACES } };
  }
  const options = ['--publish', `127.0.0.1:${port}:${port}`, '--volume', `${dir}:${dir}`];
  for (const [name, value] of Object.entries(NO_TRACES)) options.push('--env', `${name}=${value}`);
  return dockerCommand(source.docker, { image: images.registry, options, args });
}
