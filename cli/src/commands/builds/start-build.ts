import type { Build } from '@tagstream/api-types';
import { cloneBuild, instantiateBuild } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import type { Command } from 'commander';
import { messageOf, usageError } from '../../cli-error.ts';
import type { Host } from '../../host.ts';
import { addNats, type NatsOptions } from '../../nats/nats-options.ts';
import { addOutput, type OutputOptions } from '../../options.ts';
import { printObject, warn } from '../../output.ts';
import { type Session, withSession } from '../../session.ts';
import { parseTargets } from '../../targets.ts';
import { withExamples } from '../examples.ts';
import { collectVariable, type RequestOptions, requestFor } from './build-request.ts';
import { explained } from './explained.ts';
import { followLog } from './follow-log.ts';
import { waitForBuild } from './wait-for-build.ts';

interface StartOptions extends RequestOptions, OutputOptions, NatsOptions {
  readonly fromBuild?: string;
  readonly follow?: true;
  readonly wait?: true;
}

export function addStartBuild(parent: Command, host: Host): void {
  const command = parent
    .command('start-build')
    .argument('[bc]', 'BuildConfig: NAME or bc/NAME')
    .summary('start a build')
    .description('Starts a build of a BuildConfig, or repeats one with the same images (--from-build).')
    .option('--from-build <build>', 'repeat this Build')
    .option('-e, --env <KEY=VALUE>', 'environment variable of the build; may be repeated', collectVariable, [])
    .option('--build-arg <KEY=VALUE>', 'value for an ARG of the Dockerfile; may be repeated', collectVariable, [])
    .option('--commit <commit>', 'build this commit')
    .option('--no-cache', 'build every layer anew')
    .option('--incremental', 'take over artifacts of the build before (Source strategy)')
    .option('--build-loglevel <level>', 'how much the build says, 0 to 5')
    .option('-F, --follow', 'show the log until it ends')
    .option('-w, --wait', 'wait for the end; exit code 1 if the build does not complete');
  addOutput(addNats(command)).action(async (name: string | undefined, options: StartOptions) => {
    await withSession(host, command, (session) => start(session, name, options));
  });
  withExamples(
    command,
    ['Start a build and watch it', 'start-build bc/web --follow --wait'],
    ['Build another commit, without the cache', 'start-build web --commit=9bdc3a2 --no-cache'],
    ['Repeat a build', 'start-build --from-build=web-3'],
  );
}

async function start(session: Session, name: string | undefined, options: StartOptions): Promise<void> {
  const build = await make(session, name, options);
  printObject(session.host, options, { resource: resources.builds, object: build, operation: 'started' });
  if (options.follow) {
    try {
      await followLog(session, build, options);
    } catch (error) {
      if (session.host.signal.aborted || options.wait) throw error;
      const { name: started } = build.metadata;
      warn(session.host, `the log cannot be shown: ${messageOf(error)}. Try: tagstream logs -f build/${started}`);
    }
  }
  if (options.wait) await waitForBuild(session, build);
}

async function make(session: Session, name: string | undefined, options: StartOptions): Promise<Build> {
  const { kube, namespace, host } = session;
  const where = { namespace, clock: { now: host.now } };
  if (options.fromBuild !== undefined) {
    if (name !== undefined) throw usageError('name a BuildConfig or --from-build, not both');
    const [target] = parseTargets([options.fromBuild], ['build']);
    try {
      return await cloneBuild(kube, requestFor(target!.name, namespace, options), where);
    } catch (error) {
      throw explained(error, target!.name);
    }
  }
  if (name === undefined) throw usageError('name a BuildConfig: start-build bc/NAME');
  const [target] = parseTargets([name], ['bc']);
  try {
    return await instantiateBuild(kube, requestFor(target!.name, namespace, options), where);
  } catch (error) {
    throw explained(error, target!.name);
  }
}
