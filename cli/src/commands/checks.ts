import { type Command, Option } from 'commander';
import type { ChecksOptions } from '../checks/list-checks.ts';
import type { Host } from '../host.ts';
import { addNats } from '../nats/nats-options.ts';
import { withSession } from '../session.ts';
import { withExamples } from './examples.ts';

export function addChecks(parent: Command, host: Host): void {
  const command = parent
    .command('checks')
    .argument('[stream...]', 'image streams, with or without a tag: is/NAME[:TAG]; all of the namespace when not given')
    .summary('list when registries were and will be asked about tags')
    .description(
      'Lists for each tag that is imported when its registry was asked last, when it is asked next, how often, and the last ' +
        'failure, which stays when a later check succeeds. What pollers know is on NATS, and up to ten seconds old.',
    );
  addNats(command)
    .addOption(new Option('-o, --output <format>', 'print it for programs').choices(['json', 'yaml']))
    .action(async (args: string[], options: ChecksOptions) => {
      await withSession(host, command, async (session) => {
        // Loaded only here: what it needs of NATS takes as long to load as all else.
        const { listChecks } = await import('../checks/list-checks.ts');
        await listChecks(session, args, options);
      });
    });
  withExamples(
    command,
    ['All tags of the namespace', 'checks -n shop'],
    ['One tag', 'checks is/web:latest'],
    ['Over a port that kubectl forwards', 'checks --nats nats://127.0.0.1:4222'],
  );
}
