import { ConfigError } from '@tagstream/service';
import type { ExecutionSettings } from '../execute/build-context.ts';
import type { RunCommand } from '../execute/run-command.ts';

/** What builds are run with, and how Debian calls it. */
const TOOLS = ['buildah', 'git'];

const COMMAND_NOT_FOUND = 127;

/**
 * Makes sure that builds can be run here.
 * @throws ConfigError naming the programs that are missing
 */
export async function checkTools(
  run: RunCommand,
  { env }: Pick<ExecutionSettings, 'env'>,
  signal: AbortSignal,
): Promise<void> {
  const missing: string[] = [];
  for (const program of TOOLS) {
    const command = { program, args: ['--version'], cwd: '/', env: { ...env, HOME: '/nonexistent' } };
    const { code } = await run(command, { signal, onLine: () => undefined });
    if (code === COMMAND_NOT_FOUND) missing.push(program);
  }
  if (missing.length === 0) return;
  throw new ConfigError([
    `${missing.join(' and ')} not found in PATH: install them (Debian: apt-get install ${missing.join(' ')}), or set TAGSTREAM_BUILDER_EXECUTOR=job`,
  ]);
}
