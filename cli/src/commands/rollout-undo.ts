import { rollback } from '@tagstream/deployment';
import type { Command } from 'commander';
import { CliError, unlessRefused } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { addDryRun, addOutput, addRevision, type DryRunOptions, type OutputOptions } from '../options.ts';
import { fullName, printObject } from '../output.ts';
import { podTemplateText } from '../pod-template-text.ts';
import { type Session, withSession } from '../session.ts';
import { parseTargets, type Target } from '../targets.ts';
import { writeRollback } from '../write/write-rollback.ts';
import { withExamples } from './examples.ts';
import { warnOfDisabledTriggers } from './rollback-warning.ts';

interface UndoOptions extends OutputOptions, DryRunOptions {
  readonly toRevision: number;
}

export function addRolloutUndo(parent: Command, host: Host): void {
  const command = parent
    .command('undo')
    .argument('<dc...>', 'DeploymentConfigs: dc/NAME')
    .summary('go back to an earlier rollout')
    .description(
      'Rolls out the pod template of an earlier revision, by default the one before the latest. Image triggers are turned ' +
        'off, so that the next movement of a tag does not take it back.',
    );
  addRevision(command, '--to-revision <number>', 'revision to go back to', 'the one before');
  addOutput(addDryRun(command)).action(async (args: string[], options: UndoOptions) => {
    await withSession(host, command, async (session) => {
      for (const target of parseTargets(args, ['dc'])) await undo(session, target, options);
    });
  });
  withExamples(
    command,
    ['Go back to the rollout before', 'rollout undo dc/web'],
    ['Look at what would be rolled out', 'rollout undo dc/web --to-revision=3 --dry-run=client'],
  );
}

async function undo(session: Session, { resource, name }: Target, options: UndoOptions): Promise<void> {
  const { host } = session;
  const { result, object } = await writeRollback(session, name, !options.dryRun, (dc, rcs) => {
    if (dc.spec.paused) {
      const message = `cannot rollback a paused config; resume it first with 'rollout resume dc/${name}' and try again`;
      throw new CliError(message);
    }
    return unlessRefused(
      rollback(dc, rcs, {
        revision: options.toRevision,
        includeTemplate: true,
        includeTriggers: false,
        includeReplicationMeta: false,
        includeStrategy: false,
      }),
    );
  });
  if (options.dryRun && options.output === undefined) {
    host.out(`${fullName(resource, name)} (dry run)\n${podTemplateText(result.dc.spec.template)}`);
    return;
  }
  printObject(host, options, { resource, object, operation: 'rolled back' });
  if (!options.dryRun) warnOfDisabledTriggers(host, result.dc);
}
