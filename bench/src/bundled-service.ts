import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServiceName, type ServiceProcess, startService } from '@tagstream/servers';
import { execa } from 'execa';

const ROOT_DIR = join(import.meta.dirname, '../..');

/** A service as its image has it: from sources the compiler alone takes more memory than the service. */
export interface BundledService extends AsyncDisposable {
  /** Starts a replica with the environment of the image and the one given; resolves when it is ready. */
  start(env: Readonly<Record<string, string>>): Promise<ServiceProcess>;
}

/** Bundles a service into a temporary directory. */
export async function bundleService(name: ServiceName): Promise<BundledService> {
  const dir = await mkdtemp(join(tmpdir(), 'tagstream-bench-'));
  await execa(process.execPath, [join(ROOT_DIR, 'dev/src/build.ts'), '--out', dir, name]);
  const image = await readImage(name);
  return {
    start: (env) =>
      startService(name, { ...image.env, ...env }, { main: join(dir, `${name}.mjs`), nodeOptions: image.nodeOptions }),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

/** What the last stage of the service's Dockerfile sets, and the options that its command gives to Node. */
async function readImage(name: ServiceName) {
  const text = await readFile(join(ROOT_DIR, 'services', name, 'Dockerfile'), 'utf8');
  const stage = text.slice(text.lastIndexOf('\nFROM '));
  const settings = [...stage.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => [...line.matchAll(/(\w+)=(\S+)/g)]);
  const env: Record<string, string> = Object.fromEntries(settings.map(([, key, value]) => [key, value]));
  const command = JSON.parse(/^CMD (.+)$/m.exec(stage)?.[1] ?? '[]') as string[];
  return { env, nodeOptions: command.filter((word) => word.startsWith('--')) };
}
