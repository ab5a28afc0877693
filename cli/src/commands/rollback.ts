import { openshiftAnnotations, rollback, rollbackTarget, versionOf } from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import type { Command } from 'commander';
import { CliError, unlessRefused } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { addDryRun, addOutput, addRevision, type DryRunOptions, type OutputOptions } from '../options.ts';
import { printObject } from '../output.ts';
import { readController } from '../read.ts';
import { type Session, withSession } from '../session.ts';
import { parseTargets } from '../targets.ts';
import { writeRollback } from '../write/write-rollback.ts';
import { withExamples } from './examples.ts';
import { warnOfDisabledTriggers } from './rollback-warning.ts';

interface RollbackOptions extends OutputOptions, DryRunOptions {
  readonly toVersion: number;
  readonly changeTriggers?: true;
  readonly changeStrategy?: true;
  readonly changeScalingSettings?: true;
}

export function addRollback(parent: Command, host: Host): void {
  const command = parent
    .command('rollback')
    .argument('<name>', 'DeploymentConfig, or a ReplicationController of it: NAME, dc/NAME or rc/NAME')
    .summary('go back to an earlier deployment, in part or whole')
    .description(
      'Rolls out what an earlier version deployed: the one asked for, or the last that was complete. Replicas, strategy and ' +
        'triggers stay as they are unless asked for. Image triggers are turned off, so that the next movement of a tag ' +
        'does not take it back. With an output format the result is printed and nothing is written.',
    )
    .option('--change-triggers', 'take over the triggers too')
    .option('--change-strategy', 'take over the strategy too')
    .option('--change-scaling-settings', 'take over the number of replicas and the selector too');
  addRevision(command, '--to-version <number>', 'version to go back to', 'the last complete one');
  addOutput(addDryRun(command, '-d, --dry-run')).action(async (name: string, options: RollbackOptions) => {
    await withSession(host, command, (session) => rollBack(session, name, options));
  });
  withExamples(
    command,
    ['Go back to the last complete deployment', 'rollback web'],
    ['Go back to what web-2 deployed', 'rollback web-2'],
    ['See what a rollback to version 3 would make of it', 'rollback web --to-version=3 -o yaml'],
  );
}

async function rollBack(session: Session, arg: string, options: RollbackOptions): Promise<void> {
  const { host } = session;
  const { name, toVersion } = await findConfig(session, arg, options.toVersion);
  const isReal = !options.dryRun && options.output === undefined;
  let from = '';
  const { result, object } = await writeRollback(session, name, isReal, (dc, rcs) => {
    const target = unlessRefused(rollbackTarget(dc, rcs, toVersion));
    from = target.rc.metadata.name;
    return unlessRefused(
      rollback(dc, rcs, {
        revision: target.version,
        includeTemplate: true,
        includeTriggers: options.changeTriggers ?? false,
        includeReplicationMeta: options.changeScalingSettings ?? false,
        includeStrategy: options.changeStrategy ?? false,
      }),
    );
  });
  const version = result.dc.status?.latestVersion;
  const operation = isReal ? `deployment #${version} rolled back to ${from}` : `rolled back to ${from}`;
  printObject(host, options, { resource: resources.deploymentConfigs, object, operation });
  if (isReal) warnOfDisabledTriggers(host, result.dc);
}

/** As `oc`: a bare name is tried as a ReplicationController first, whose version then is the one to go back to. */
async function findConfig(
  session: Session,
  arg: string,
  toVersion: number,
): Promise<{ name: string; toVersion: number }> {
  const [target] = arg.includes('/') ? parseTargets([arg], ['dc', 'rc']) : [{ kind: 'rc', name: arg } as const];
  const rc = target!.kind === 'rc' ? await readController(session, target!.name) : undefined;
  if (rc === undefined) {
    if (arg.includes('/') && target!.kind === 'rc')
      throw new CliError(`replicationcontrollers "${target!.name}" not found`);
    return { name: target!.name, toVersion };
  }
  const name = rc.metadata.annotations?.[openshiftAnnotations.configName];
  if (name === undefined) throw new CliError(`${arg} is not a valid deployment or deployment config`);
  return { name, toVersion: versionOf(rc) };
}
