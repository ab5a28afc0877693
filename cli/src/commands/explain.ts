import { type Command, Option } from 'commander';
import { explain } from '../explain/explain.ts';
import type { Facts } from '../explain/facts.ts';
import { type Finding, worst } from '../explain/finding.ts';
import { gather } from '../explain/gather/gather.ts';
import { readSubject } from '../explain/gather/read-subject.ts';
import { imagesOf } from '../explain/images-of.ts';
import { explanationText } from '../explain/print.ts';
import type { Host } from '../host.ts';
import { addNats, type NatsOptions, natsUrl } from '../nats/nats-options.ts';
import { serialized } from '../output.ts';
import { withSession } from '../session.ts';
import { withExamples } from './examples.ts';

interface ExplainOptions extends NatsOptions {
  readonly output?: 'json' | 'yaml';
}

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
        const read = await readSubject(session, arg);
        const facts = await gather(session, read, natsUrl(options, host));
        const findings = explain(facts);
        const type = read.resource.kind.toLowerCase();
        const { output } = options;
        if (output !== undefined) host.out(serialized(document(type, read.name, facts, findings), output));
        else {
          const title = `${type}/${read.name} in namespace ${session.namespace}`;
          host.out(explanationText(title, imagesOf(facts), findings, host));
        }
      });
    });
  withExamples(
    command,
    ['Why a Deployment has not been updated', 'explain deployment/web -n shop'],
    ['Where the image of a tag comes from', 'explain istag/web:latest'],
    ['What is wrong, for a program', 'explain dc/web -o json'],
  );
}

function document(type: string, name: string, facts: Facts, findings: readonly Finding[]) {
  const { namespace, nowMs } = facts;
  return {
    object: { type, namespace, name },
    at: new Date(nowMs).toISOString(),
    verdict: worst(findings),
    images: imagesOf(facts),
    findings,
  };
}
