import { type DeploymentConfig, type NormalDeploymentConfig, normalizeDeploymentConfig } from '@tagstream/api-types';
import { isTerminal, rolloutStatus } from '@tagstream/deployment';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { parseDuration } from '../duration.ts';
import { follow } from '../follow.ts';
import type { Host } from '../host.ts';
import { addRevision } from '../options.ts';
import { configKey, readLatest } from '../read.ts';
import { type Session, withSession } from '../session.ts';
import { parseTargets, type Target } from '../targets.ts';
import { withExamples } from './examples.ts';

interface StatusOptions {
  readonly watch: boolean;
  readonly revision: number;
  /** Milliseconds; 0 waits for as long as it takes. */
  readonly timeout: number;
}

export function addRolloutStatus(parent: Command, host: Host): void {
  const command = parent
    .command('status')
    .argument('<dc>', 'DeploymentConfig: dc/NAME')
    .summary('wait for the latest rollout')
    .description('Tells how the latest rollout goes until it ends. Exits with 0 when it succeeded, with 1 otherwise.')
    .option('-w, --watch', 'wait for the end', true)
    .option('--no-watch', 'tell once; also written --watch=false')
    .addOption(
      new Option('--timeout <duration>', 'how long to wait: 30s, 5m').argParser(parseDuration).default(0, 'for ever'),
    );
  addRevision(command, '--revision <number>', 'fail when another revision is the latest', 'whichever it is');
  command.action(async (name: string, options: StatusOptions) => {
    await withSession(host, command, async (session) => {
      const [target] = parseTargets([name], ['dc']);
      await status(session, target!, options);
    });
  });
  withExamples(
    command,
    ['Wait for the latest rollout', 'rollout status dc/web'],
    ['Tell how it stands, and wait for nothing', 'rollout status dc/web --watch=false'],
    ['In a script', 'rollout latest dc/web && tagstream rollout status dc/web --timeout=5m'],
  );
}

async function status(session: Session, { name }: Target, options: StatusOptions): Promise<void> {
  const { host } = session;
  const timeout = options.timeout > 0 ? [AbortSignal.timeout(options.timeout)] : [];
  const signal = AbortSignal.any([host.signal, ...timeout]);
  let told = '';
  try {
    for await (const stored of follow<DeploymentConfig>(session, configKey(session, name), signal)) {
      const dc = normalizeDeploymentConfig(stored);
      const { kind, message } = rolloutStatus(dc, options.revision);
      if (kind === 'failed') {
        if (options.watch && (await isRetried(session, dc))) continue;
        throw new CliError(message);
      }
      if (message !== told) host.out(`${message}\n`);
      told = message;
      if (kind === 'done' || !options.watch) return;
    }
  } catch (error) {
    if (timeout[0]?.aborted) throw new CliError('timed out waiting for the condition', { cause: error });
    throw error;
  }
  throw new CliError('object has been deleted');
}

/** A failed rollout that was sent back to its beginning: the failure stands there until the controller comes by. */
async function isRetried(session: Session, dc: NormalDeploymentConfig): Promise<boolean> {
  const latest = await readLatest(session, dc);
  return latest !== undefined && !isTerminal(latest);
}
