import type { Build } from '@tagstream/api-types';
import { isTerminal, phaseOf } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import { CliError } from '../../cli-error.ts';
import { follow } from '../../follow.ts';
import type { Session } from '../../session.ts';

/**
 * Waits until a Build is over.
 * @throws CliError unless it is complete
 */
export async function waitForBuild(session: Session, build: Build): Promise<void> {
  const { name, namespace = '' } = build.metadata;
  const { phase } = (await endOf(session, build)).status ?? {};
  if (phase !== 'Complete') throw new CliError(`the build ${namespace}/${name} status is "${phase}"`);
}

/** A Build as it is when it is over. @throws CliError when it is deleted before */
export async function endOf(session: Session, { metadata }: Build): Promise<Build> {
  const { name, namespace = '' } = metadata;
  const key = { resource: resources.builds, namespace, name };
  for await (const build of follow<Build>(session, key, session.host.signal)) {
    if (build.metadata.uid !== metadata.uid) break;
    if (isTerminal(phaseOf(build))) return build;
  }
  throw new CliError(`the build ${namespace}/${name} was deleted`);
}
