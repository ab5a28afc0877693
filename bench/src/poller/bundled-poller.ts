import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ServiceProcess, startService } from '@tagstream/servers';

const ROOT_DIR = join(import.meta.dirname, '../../..');

/** The environment and the options that services/poller/Dockerfile runs the poller with. */
const AS_IN_IMAGE = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  NODE_OPTIONS: '--max-semi-space-size=8 --enable-source-maps',
};

/** The poller as its image has it: bundled, without the memory that running from sources takes. */
export interface BundledPoller extends AsyncDisposable {
  /** Starts a replica; resolves when it is ready. */
  start(env: Readonly<Record<string, string>>): Promise<ServiceProcess>;
}

/** Bundles the poller into a temporary directory. */
export async function bundlePoller(): Promise<BundledPoller> {
  const dir = await mkdtemp(join(tmpdir(), 'tagstream-bench-'));
  await promisify(execFile)(process.execPath, [join(ROOT_DIR, 'dev/src/build.ts'), '--out', dir, 'poller']);
  return {
    start: (env) => startService('poller', { ...AS_IN_IMAGE, ...env }, { main: join(dir, 'poller.mjs') }),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
