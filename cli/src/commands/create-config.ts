import { newConfig } from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import type { Command } from 'commander';
import type { Host } from '../host.ts';
import { addDryRun, addOutput, type DryRunOptions, type OutputOptions } from '../options.ts';
import { printObject } from '../output.ts';
import { withSession } from '../session.ts';
import { withExamples } from './examples.ts';

interface CreateOptions extends OutputOptions, DryRunOptions {
  readonly image: string;
}

export function addCreateConfig(parent: Command, host: Host): void {
  const command = parent
    .command('deploymentconfig')
    .alias('dc')
    .argument('<name>', 'name of the DeploymentConfig')
    .argument('[command...]', 'command of the container, after --')
    .summary('create a DeploymentConfig')
    .description('Creates a DeploymentConfig with one container, one replica and the default triggers and strategy.')
    .requiredOption('--image <image>', 'image to run');
  addOutput(addDryRun(command)).action(async (name: string, words: string[], options: CreateOptions) => {
    await withSession(host, command, async ({ kube, namespace }) => {
      const resource = resources.deploymentConfigs;
      const made = newConfig({ name, namespace, image: options.image, command: words });
      const object = options.dryRun ? made : await kube.create(resource, made);
      printObject(host, options, { resource, object, operation: 'created' });
    });
  });
  withExamples(
    command,
    ['Run an image', 'create dc web --image=quay.io/shop/web:1'],
    ['With a command of your own', 'create dc worker --image=quay.io/shop/web:1 -- work --queue=mail'],
    ['Only print it', 'create dc web --image=quay.io/shop/web:1 --dry-run=client -o yaml'],
  );
}
