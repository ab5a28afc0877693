import type { ImageStream, NormalDeploymentConfig } from '@tagstream/api-types';
import { imageOperations, instantiate, obstacleToLatest, type TagResolver, tagsToRefresh } from '@tagstream/deployment';
import { resolveTag } from '@tagstream/image-stream';
import { isKubeError, resources } from '@tagstream/kube';
import type { Command } from 'commander';
import { CliError, unlessRefused } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { addDryRun, addOutput, type DryRunOptions, type OutputOptions } from '../options.ts';
import { printObject } from '../output.ts';
import { readConfig, readLatest } from '../read.ts';
import { type Session, withSession } from '../session.ts';
import { parseTargets } from '../targets.ts';
import { startVersion } from '../write/start-version.ts';
import { untilUnchanged } from '../write/update.ts';
import { withExamples } from './examples.ts';

interface LatestOptions extends OutputOptions, DryRunOptions {
  readonly again?: true;
}

export function addRolloutLatest(parent: Command, host: Host): void {
  const command = parent
    .command('latest')
    .argument('<dc>', 'DeploymentConfig: NAME or dc/NAME')
    .summary('start a new rollout')
    .description(
      'Starts a new rollout with the images that the tags of the image triggers point to now, automatic or not. ' +
        'Refused while a rollout is under way, and for a paused DeploymentConfig.',
    )
    .option('--again', 'roll out the template as it is, without looking at the tags');
  addOutput(addDryRun(command)).action(async (name: string, options: LatestOptions) => {
    await withSession(host, command, (session) => latest(session, name, options));
  });
  withExamples(
    command,
    ['Roll out with the newest images', 'rollout latest dc/web'],
    ['Roll out the same once more, and print the DeploymentConfig', 'rollout latest dc/web --again -o yaml'],
  );
}

async function latest(session: Session, arg: string, options: LatestOptions): Promise<void> {
  const [target] = parseTargets([arg], ['dc']);
  const { resource, name } = target!;
  const object = await untilUnchanged(`${resource.plural}/${name}`, async () => {
    const { stored, dc } = await readConfig(session, name);
    const rc = await readLatest(session, dc);
    const obstacle = obstacleToLatest(dc, rc);
    if (obstacle) throw new CliError(obstacle.message);
    if (options.dryRun) return stored;
    const request = { latest: !options.again, force: true, excludeTriggers: [] };
    const result = unlessRefused(instantiate(dc, rc, request, await readTags(session, dc)));
    if (result.kind === 'nothing') throw new CliError(result.message);
    const operations = result.images ? imageOperations(result.images) : [];
    return await startVersion(session, stored, { operations, version: result.version, details: result.details });
  });
  printObject(session.host, options, { resource, object, operation: 'rolled out' });
}

/** What the tags of the image triggers point to at this moment: one read a stream. A missing stream has no tags. */
async function readTags({ kube }: Session, dc: NormalDeploymentConfig): Promise<TagResolver> {
  const streams = new Map<string, ImageStream>();
  for (const { namespace, stream: name } of tagsToRefresh(dc)) {
    if (streams.has(`${namespace}/${name}`)) continue;
    try {
      const stream = await kube.get<ImageStream>({ resource: resources.imageStreams, namespace, name });
      streams.set(`${namespace}/${name}`, stream);
    } catch (error) {
      if (!isKubeError(error, 'not_found')) throw error;
    }
  }
  return (namespace, name, tag) => {
    const stream = streams.get(`${namespace}/${name}`);
    return stream && resolveTag(stream, tag);
  };
}
