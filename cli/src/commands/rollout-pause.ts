import type { DeploymentConfig } from '@tagstream/api-types';
import { pause, resume } from '@tagstream/deployment';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { addOutput, type OutputOptions } from '../options.ts';
import { fullName, printObject } from '../output.ts';
import { configKey, readConfig } from '../read.ts';
import { type Session, withSession } from '../session.ts';
import { parseTargets, type Target } from '../targets.ts';
import { untilUnchanged } from '../write/update.ts';
import { withExamples } from './examples.ts';

export function addRolloutPause(parent: Command, host: Host): void {
  const command = parent
    .command('pause')
    .argument('<dc...>', 'DeploymentConfigs: dc/NAME')
    .summary('start no rollouts until it is resumed')
    .description(
      'Starts no rollouts until it is resumed. Images of triggers are still written; one under way goes on.',
    );
  addOutput(command).action(async (args: string[], options: OutputOptions) => {
    await withSession(host, command, (session) => forEachConfig(session, args, options, 'paused'));
  });
  withExamples(command, ['Start no rollouts', 'rollout pause dc/web']);
}

export function addRolloutResume(parent: Command, host: Host): void {
  const command = parent
    .command('resume')
    .argument('<dc...>', 'DeploymentConfigs: dc/NAME')
    .summary('start rollouts again after a pause')
    .description('Starts rollouts again after a pause; what has changed meanwhile is rolled out at once.');
  addOutput(command).action(async (args: string[], options: OutputOptions) => {
    await withSession(host, command, (session) => forEachConfig(session, args, options, 'resumed'));
  });
  withExamples(command, ['Start rollouts again', 'rollout resume dc/web']);
}

async function forEachConfig(
  session: Session,
  args: readonly string[],
  options: OutputOptions,
  operation: 'paused' | 'resumed',
): Promise<void> {
  for (const target of parseTargets(args, ['dc'])) {
    const object = await untilUnchanged(`deploymentconfigs/${target.name}`, () => change(session, target, operation));
    printObject(session.host, options, { resource: target.resource, object, operation });
  }
}

async function change(session: Session, { resource, name }: Target, operation: 'paused' | 'resumed') {
  const { stored, dc } = await readConfig(session, name);
  const result = operation === 'paused' ? pause(dc) : resume(dc);
  if (result.kind === 'refused') throw new CliError(`${fullName(resource, name)} ${result.message}`);
  const { uid, resourceVersion } = stored.metadata;
  const patch = { metadata: { uid, resourceVersion }, ...result.patch };
  return await session.kube.mergePatch<DeploymentConfig>(configKey(session, name), patch);
}
