import type { Build } from '@tagstream/api-types';
import { cloneBuild, isTerminal, manualCause, phaseOf } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../../cli-error.ts';
import type { Host } from '../../host.ts';
import { fullName } from '../../output.ts';
import { type Session, withSession } from '../../session.ts';
import { parseTargets, type Target } from '../../targets.ts';
import { untilUnchanged } from '../../write/update.ts';
import { withExamples } from '../examples.ts';
import { explained } from './explained.ts';
import { buildsOf } from './logs.ts';
import { endOf } from './wait-for-build.ts';

interface CancelOptions {
  readonly restart?: true;
  readonly state: readonly string[];
}

const STATES = ['new', 'pending', 'running'];

export function addCancelBuild(parent: Command, host: Host): void {
  const command = parent
    .command('cancel-build')
    .argument('<build...>', 'Builds: NAME or build/NAME; bc/NAME for all of a BuildConfig')
    .summary('cancel builds')
    .description('Asks builds to end, and waits until they have.')
    .option('--restart', 'start the same again afterwards')
    .option('--state <state>', 'only those in this state: new, pending or running; may be repeated', collectState, [])
    .action(async (args: string[], options: CancelOptions) => {
      await withSession(host, command, (session) => cancelAll(session, args, options));
    });
  withExamples(
    command,
    ['Cancel one build', 'cancel-build web-3'],
    ['Cancel whatever waits', 'cancel-build bc/web --state=new'],
    ['Begin anew', 'cancel-build web-3 --restart'],
  );
}

function collectState(text: string, before: readonly string[]): string[] {
  if (!STATES.includes(text)) throw new InvalidArgumentError(`It must be one of ${STATES.join(', ')}.`);
  return [...before, text];
}

async function cancelAll(session: Session, args: readonly string[], options: CancelOptions): Promise<void> {
  const isPlain = args.every((arg) => !arg.includes('/'));
  const targets = parseTargets(args, isPlain ? ['build'] : ['build', 'bc']);
  const builds = (await Promise.all(targets.map((target) => named(session, target)))).flat();
  const isWanted = (build: Build) => options.state.length === 0 || options.state.includes(phaseOf(build).toLowerCase());
  const wanted = builds.filter(isWanted);
  const over = wanted.filter((build) => isTerminal(phaseOf(build)));
  const going = wanted.filter((build) => !isTerminal(phaseOf(build)));
  for (const build of going) await cancelOne(session, build, options);
  // Of a BuildConfig those that are over are not meant.
  const refused = over.filter(({ metadata }) =>
    targets.some(({ kind, name }) => kind === 'build' && name === metadata.name),
  );
  for (const build of refused) {
    throw new CliError(
      `A cancellation event for the build "${build.metadata.name}" was not sent: it is ${phaseOf(build)}`,
    );
  }
}

async function named(session: Session, { kind, name }: Target): Promise<Build[]> {
  if (kind === 'bc') return await buildsOf(session, name);
  const { kube, namespace } = session;
  return [await kube.get<Build>({ resource: resources.builds, namespace, name })];
}

async function cancelOne(session: Session, build: Build, { restart }: CancelOptions): Promise<void> {
  const { host } = session;
  const name = fullName(resources.builds, build.metadata.name);
  if (await askToEnd(session, build)) host.out(`${name} marked for cancellation, waiting to be cancelled\n`);
  const ended = await endOf(session, build);
  const phase = phaseOf(ended);
  if (phase !== 'Cancelled') throw new CliError(`the build ended before it was cancelled: it is ${phase}`);
  host.out(`${name} cancelled\n`);
  if (restart) host.out(`${fullName(resources.builds, (await again(session, build)).metadata.name)} restarted\n`);
}

/** False when the Build ended in between. */
async function askToEnd({ kube }: Session, { metadata }: Build): Promise<boolean> {
  const { name, namespace = '', uid } = metadata;
  const key = { resource: resources.builds, namespace, name };
  return await untilUnchanged(`builds/${name}`, async () => {
    const build = await kube.get<Build>(key);
    if (build.metadata.uid !== uid || isTerminal(phaseOf(build))) return false;
    const { resourceVersion } = build.metadata;
    await kube.mergePatch(
      key,
      { metadata: { resourceVersion }, status: { cancelled: true } },
      { subresource: 'status' },
    );
    return true;
  });
}

async function again({ kube, namespace, host }: Session, { metadata }: Build): Promise<Build> {
  const request = { metadata: { name: metadata.name, namespace }, triggeredBy: [manualCause] };
  try {
    return await cloneBuild(kube, request, { namespace, clock: { now: host.now } });
  } catch (error) {
    throw explained(error, metadata.name);
  }
}
