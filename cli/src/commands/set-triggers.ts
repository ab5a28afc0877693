import type { KubeObject } from '@tagstream/api-types';
import { changedTriggers, type TriggerChange, triggerRows } from '@tagstream/deployment';
import type { Command } from 'commander';
import { CliError, unlessRefused } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { merged } from '../merge-patch.ts';
import { addDryRun, addOutput, type DryRunOptions, type OutputOptions } from '../options.ts';
import { printObject, shortName } from '../output.ts';
import { type Session, withSession } from '../session.ts';
import { table } from '../table.ts';
import type { Target } from '../targets.ts';
import { untilUnchanged } from '../write/update.ts';
import { withExamples } from './examples.ts';
import { type TriggerOptions, triggerChange } from './trigger-change.ts';
import { findTriggered, type Selection, triggersOf, writeTriggers } from './triggered-objects.ts';

type SetTriggersOptions = TriggerOptions & Selection & OutputOptions & DryRunOptions;

export function addSetTriggers(parent: Command, host: Host): void {
  const command = parent
    .command('triggers')
    .argument('<object...>', 'TYPE/NAME: dc, deploy, sts, ds or cj')
    .summary('show or change what starts a rollout')
    .description(
      'Changes what starts a rollout; without options, shows it. DeploymentConfigs have triggers, other workloads the ' +
        'annotation image.openshift.io/triggers. For a Deployment, no config trigger means that it is paused.',
    )
    .option('--from-image <tag>', 'follow an image stream tag: [NAMESPACE/]STREAM:TAG')
    .option('-c, --containers <names>', 'containers that get the image, separated by commas')
    .option('--from-config', 'start a rollout when the pod template changes')
    .option('--auto', 'let all triggers, or the one named, start rollouts')
    .option('--manual', 'let no trigger, or not the one named, start rollouts')
    .option('--remove', 'remove the trigger named')
    .option('--remove-all', 'remove all triggers')
    .option('--all', 'all objects of the type')
    .option('-l, --selector <labels>', 'objects of the type with these labels');
  addOutput(addDryRun(command)).action(async (args: string[], options: SetTriggersOptions) => {
    await withSession(host, command, async (session) => {
      const change = triggerChange(options, session.namespace);
      const targets = await findTriggered(session, args, options);
      if (change === undefined) await show(session, targets);
      else for (const target of targets) await set(session, target, change, options);
    });
  });
  withExamples(
    command,
    ['Show the triggers', 'set triggers dc/web'],
    ['Turn all triggers on, for instance after a rollback', 'set triggers dc/web --auto'],
    ['Start rollouts by hand only', 'set triggers dc/web --manual'],
    ['Roll a Deployment out when a tag moves', 'set triggers deploy/web --from-image=web:latest -c web'],
    ['Do not start one when the pod template changes', 'set triggers dc/web --from-config --remove'],
  );
}

async function show({ kube, namespace, host }: Session, targets: readonly Target[]): Promise<void> {
  const rows: string[][] = [];
  for (const target of targets) {
    const { resource, name } = target;
    const object = await kube.get<KubeObject>({ resource, namespace, name });
    const triggers = triggersOf(target, object);
    const title = shortName(resource, name);
    if ('images' in triggers) {
      rows.push(...triggerRows(triggers).map(({ type, value, auto }) => [title, type, value, String(auto)]));
    } else {
      rows.push([title, '<error>', '', 'false']);
      host.err(`${title}: ${triggers.message}\n`);
    }
  }
  host.out(table([['NAME', 'TYPE', 'VALUE', 'AUTO'], ...rows]));
}

async function set(
  { kube, namespace, host }: Session,
  target: Target,
  change: TriggerChange,
  options: SetTriggersOptions,
): Promise<void> {
  const { resource, name } = target;
  const key = { resource, namespace, name };
  const title = shortName(resource, name);
  await untilUnchanged(title, async () => {
    const object = await kube.get<KubeObject>(key);
    const before = triggersOf(target, object);
    // What cannot be read can still be removed.
    if (!('images' in before) && change.kind !== 'remove-all') throw new CliError(`${title}: ${before.message}`);
    const definition = changedTriggers('images' in before ? before : { configChange: true, images: [] }, change);
    const result = unlessRefused(writeTriggers(target, object, definition), title);
    if (result.kind === 'unchanged') {
      host.err(`${title} was not changed\n`);
      return;
    }
    const { uid, resourceVersion } = object.metadata;
    const patch = merged({ metadata: { uid, resourceVersion } }, result.patch);
    const written = options.dryRun ? merged(object, result.patch) : await kube.mergePatch<KubeObject>(key, patch);
    printObject(host, options, { resource, object: written, operation: 'triggers updated' });
  });
}
