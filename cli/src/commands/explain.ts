import { type Command, Option } from 'commander';
import type { ExplainOptions } from '../explain/run-explain.ts';
import type { Host } from '../host.ts';
import { addNats } from '../nats/nats-options.ts';
import { withSession } from '../session.ts';
import { withExamples } from './examples.ts';

export function addExplain(parent: Command, host: Host): void {
  const command = parent
    .command('explain')
    .argument(
      '<object>',
      'TYPE/NAME: deploy, sts, ds, cj, dc, rs, rc, job, po; is/STREAM, istag/STREAM:TAG; others as PLURAL.VERSION.GROUP/NAME',
    )
    .summary('tell why an object runs the images that it runs')
    .description(
      'Tells why an object runs the images that it runs, and why they are not newer: its triggers, the tags that they follow, ' +
        'when registries were asked, holds and windows, how far the rollout is, and what failed. Reads Kubernetes and NATS, ' +
        'and changes nothing. Without NATS it tells what Kubernetes knows.',
    );
  addNats(command)
    .addOption(new Option('-o, --output <format>', 'print it for programs').choices(['json', 'yaml']))
    .action(async (arg: string, options: ExplainOptions) => {
      await withSession(host, command, async (session) => {
        // Loaded only here: what it needs of NATS takes as long to load as all else.
        const { runExplain } = await import('../explain/run-explain.ts');
        await runExplain(session, arg, options);
      });
    });
  withExamples(
    command,
    ['Why a Deployment has not been updated', 'explain deployment/web -n shop'],
    ['Where the image of a tag comes from', 'explain istag/web:latest'],
    ['What is wrong, for a program', 'explain dc/web -o json'],
  );
}
