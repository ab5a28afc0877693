import { type NatsOptions, natsUrl } from '../nats/nats-options.ts';
import { serialized } from '../output.ts';
import type { Session } from '../session.ts';
import { explain } from './explain.ts';
import type { Facts } from './facts.ts';
import { type Finding, worst } from './finding.ts';
import { gather } from './gather/gather.ts';
import { readSubject } from './gather/read-subject.ts';
import { imagesOf } from './images-of.ts';
import { explanationText } from './print.ts';

export interface ExplainOptions extends NatsOptions {
  readonly output?: 'json' | 'yaml';
}

/**
 * Explains the object that an argument names, and prints it.
 * @throws CliError usage; KubeError `not_found`
 */
export async function runExplain(session: Session, arg: string, options: ExplainOptions): Promise<void> {
  const { host, namespace } = session;
  const read = await readSubject(session, arg);
  const facts = await gather(session, read, natsUrl(options, host));
  const findings = explain(facts);
  const type = read.resource.kind.toLowerCase();
  const { output } = options;
  if (output !== undefined) host.out(serialized(document(type, read.name, facts, findings), output));
  else host.out(explanationText(`${type}/${read.name} in namespace ${namespace}`, imagesOf(facts), findings, host));
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
