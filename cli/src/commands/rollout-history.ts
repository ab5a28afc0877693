import { rolloutHistory, versionOf } from '@tagstream/deployment';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { addRevision } from '../options.ts';
import { fullName } from '../output.ts';
import { podTemplateText } from '../pod-template-text.ts';
import { readConfig, readControllers } from '../read.ts';
import { type Session, withSession } from '../session.ts';
import { styledPhase } from '../style.ts';
import { table } from '../table.ts';
import { parseTargets, type Target } from '../targets.ts';
import { withExamples } from './examples.ts';

interface HistoryOptions {
  readonly revision: number;
}

export function addRolloutHistory(parent: Command, host: Host): void {
  const command = parent
    .command('history')
    .argument('<dc...>', 'DeploymentConfigs: dc/NAME')
    .summary('list the rollouts')
    .description('Lists the rollouts with their phase and cause, or shows the pod template of one.');
  addRevision(command, '--revision <number>', 'show the pod template of this revision', 'list them all');
  command.action(async (args: string[], { revision }: HistoryOptions) => {
    await withSession(host, command, async (session) => {
      for (const target of parseTargets(args, ['dc'])) await history(session, target, revision);
    });
  });
  withExamples(
    command,
    ['List the rollouts', 'rollout history dc/web'],
    ['What revision 3 deployed', 'rollout history dc/web --revision=3'],
  );
}

async function history(session: Session, { resource, name }: Target, revision: number): Promise<void> {
  const { host } = session;
  await readConfig(session, name); // a DeploymentConfig that is not there is an error, not an empty history
  const rcs = await readControllers(session, name);
  const title = fullName(resource, name);
  if (rcs.length === 0) {
    host.out(`${title}\nNo rollout history found.\n`);
  } else if (revision > 0) {
    const rc = rcs.find((candidate) => versionOf(candidate) === revision);
    if (rc === undefined) throw new CliError('unable to find the specified revision');
    host.out(`${title} with revision #${revision}\n${podTemplateText(rc.spec.template ?? {})}`);
  } else {
    const rows = rolloutHistory(rcs).map((row) => [
      String(row.revision),
      styledPhase(row.status, host.colour.out),
      row.cause,
    ]);
    host.out(`${title}\n${table([['REVISION', 'STATUS', 'CAUSE'], ...rows])}`);
  }
}
