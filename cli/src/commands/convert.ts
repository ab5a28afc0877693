import { type Converted, convertConfig } from '@tagstream/deployment';
import { type Command, Option } from 'commander';
import type { Host } from '../host.ts';
import { serialized } from '../output.ts';
import { readConfig } from '../read.ts';
import { withSession } from '../session.ts';
import { styled } from '../style.ts';
import { parseTargets } from '../targets.ts';
import { withExamples } from './examples.ts';

interface ConvertCommandOptions {
  readonly to: 'deployment' | 'statefulset';
  readonly serviceName?: string;
  readonly output: 'json' | 'yaml';
}

export function addConvert(parent: Command, host: Host): void {
  const command = parent
    .command('convert')
    .argument('<dc>', 'DeploymentConfig: dc/NAME')
    .summary('print an equivalent Deployment or StatefulSet')
    .description(
      'Prints an equivalent Deployment or StatefulSet, its image triggers as the annotation that follows the same tags, and ' +
        'on standard error what has no equivalent and what is different. Nothing is written to the cluster.',
    )
    .addOption(
      new Option('--to <kind>', 'what to make of it').choices(['deployment', 'statefulset']).default('deployment'),
    )
    .option('--service-name <name>', "a StatefulSet's Service, by default of the same name")
    .addOption(new Option('-o, --output <format>', 'format').choices(['json', 'yaml']).default('yaml'));
  command.action(async (name: string, options: ConvertCommandOptions) => {
    await withSession(host, command, async (session) => {
      const [target] = parseTargets([name], ['dc']);
      const { dc } = await readConfig(session, target!.name);
      const to = options.to === 'deployment' ? 'Deployment' : 'StatefulSet';
      const result = convertConfig(dc, { to, serviceName: options.serviceName ?? dc.metadata.name });
      host.out(serialized(result.object, options.output));
      report(host, result);
    });
  });
  withExamples(
    command,
    ['Look at the Deployment, and at what would be lost', 'convert dc/web'],
    ['Create it', 'convert dc/web | kubectl apply -f -'],
    ['As a StatefulSet', 'convert dc/db --to=statefulset --service-name=db-pods'],
  );
}

function report(host: Host, { lost, different }: Converted): void {
  const list = (title: string, items: readonly string[]) => {
    if (items.length > 0) host.err(`${title}\n${items.map((item) => `  - ${item}\n`).join('')}`);
  };
  list(styled('Without equivalent:', 'yellow', host.colour.err), lost);
  list('Different:', different);
}
