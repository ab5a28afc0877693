import type { Build } from '@tagstream/api-types';
import { buildName, numberOf, openshiftAnnotations } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import type { Command } from 'commander';
import { CliError, usageError } from '../../cli-error.ts';
import type { Host } from '../../host.ts';
import { addNats, type NatsOptions } from '../../nats/nats-options.ts';
import { parseRevision } from '../../options.ts';
import { type Session, withSession } from '../../session.ts';
import { parseTargets } from '../../targets.ts';
import { withExamples } from '../examples.ts';
import { followLog, showLog } from './follow-log.ts';

interface LogsOptions extends NatsOptions {
  readonly follow?: true;
  readonly version?: number;
}

export function addLogs(parent: Command, host: Host): void {
  const command = parent
    .command('logs')
    .argument('<object>', 'bc/NAME for its newest Build, or build/NAME')
    .summary('show the log of a build')
    .description('Shows the log of a Build, wherever whoever runs it keeps it: on NATS, or in a pod.')
    .option('-f, --follow', 'go on until the build ends')
    .option('--version <number>', 'number of the Build, with bc/NAME', parseRevision);
  addNats(command).action(async (arg: string, options: LogsOptions) => {
    await withSession(host, command, async (session) => {
      const build = await chosen(session, arg, options);
      if (options.follow) await followLog(session, build, options);
      else await showLog(session, build, { ...options, follow: false });
    });
  });
  withExamples(
    command,
    ['The newest build of a BuildConfig, as it goes on', 'logs -f bc/web'],
    ['The third build', 'logs bc/web --version=3'],
  );
}

async function chosen(session: Session, arg: string, { version }: LogsOptions): Promise<Build> {
  const { kube, namespace, host } = session;
  const [target] = parseTargets([arg], ['bc', 'build']);
  const { kind, name } = target!;
  const read = (build: string) =>
    kube.get<Build>({ resource: resources.builds, namespace, name: build }, { signal: host.signal });
  if (kind === 'build') {
    if (version !== undefined) throw usageError('--version chooses a Build of bc/NAME');
    return await read(name);
  }
  if (version !== undefined) return await read(buildName(name, version));
  const newest = (await buildsOf(session, name)).at(-1);
  if (newest === undefined) throw new CliError(`no builds found for "${name}"`);
  return newest;
}

/** The Builds of a BuildConfig by their numbers. */
export async function buildsOf({ kube, namespace, host }: Session, config: string): Promise<Build[]> {
  const labelSelector = `${openshiftAnnotations.configLabel}=${config}`;
  const { items } = await kube.list<Build>(resources.builds, { namespace, labelSelector, signal: host.signal });
  return items.sort((a, b) => (numberOf(a) ?? 0) - (numberOf(b) ?? 0));
}
