import type { Build } from '@tagstream/api-types';
import { isTerminal, logOf, phaseOf } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import { CliError } from '../../cli-error.ts';
import { follow } from '../../follow.ts';
import { type NatsOptions, natsUrl } from '../../nats/nats-options.ts';
import type { Session } from '../../session.ts';
import { showPodLog } from './pod-log.ts';

/**
 * Shows the log of a Build, until it ends.
 * @throws CliError when there is none, or it cannot be reached
 */
export async function followLog(session: Session, build: Build, options: NatsOptions): Promise<void> {
  const begun = await withLog(session, build);
  await showLog(session, begun, { ...options, follow: true });
}

/**
 * Shows the log of a Build as it is, and what comes if `follow` says so.
 * @throws CliError when there is none, or it cannot be reached
 */
export async function showLog(
  session: Session,
  build: Build,
  options: NatsOptions & { readonly follow: boolean },
): Promise<void> {
  const log = logOf(build);
  if (log?.startsWith('pod:')) return await showPodLog(session, build, log.slice('pod:'.length), options.follow);
  if (log?.startsWith('nats:')) {
    const url = natsUrl(options, session.host);
    if (url === undefined) throw new CliError('the log is on NATS: set NATS_URL, or give --nats');
    // Loaded only here: what it needs of NATS takes as long to load as all else.
    const { showNatsLog } = await import('./nats-log.ts');
    return await showNatsLog(session, build, url, options.follow);
  }
  const snippet = build.status?.logSnippet;
  if (!snippet) throw new CliError(`No logs are available: the build is ${phaseOf(build)}`);
  session.host.out(`${snippet}\n`);
}

/** Waits until somebody runs the Build, or it is over. */
async function withLog(session: Session, { metadata }: Build): Promise<Build> {
  const { name, namespace = '' } = metadata;
  const key = { resource: resources.builds, namespace, name };
  for await (const build of follow<Build>(session, key, session.host.signal)) {
    if (logOf(build) !== undefined || isTerminal(phaseOf(build))) return build;
  }
  throw new CliError(`the build ${namespace}/${name} was deleted`);
}
