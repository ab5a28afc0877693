import type { ImageStream } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { humanDuration } from '../duration.ts';
import type { Host } from '../host.ts';
import { type Session, withSession } from '../session.ts';
import { styled } from '../style.ts';
import { table } from '../table.ts';
import { parseTargets } from '../targets.ts';
import { withExamples } from './examples.ts';

export function addTagHistory(parent: Command, host: Host): void {
  const command = parent
    .command('history')
    .argument('<stream>', 'image stream, with or without a tag: is/NAME[:TAG]')
    .summary('list what the tags of an image stream pointed to')
    .description(
      'Lists what the tags of an image stream point to and pointed to before, and why their last import failed.',
    );
  command.action(async (name: string) => {
    await withSession(host, command, (session) => history(session, name));
  });
  withExamples(command, ['What latest pointed to', 'history is/web:latest'], ['All tags', 'history is/web']);
}

async function history({ kube, namespace, host }: Session, arg: string): Promise<void> {
  const [target] = parseTargets([arg], ['is']);
  const [name = '', tag] = target!.name.split(':');
  const stream = await kube.get<ImageStream>({ resource: resources.imageStreams, namespace, name });
  const tags = (stream.status?.tags ?? []).filter((entry) => tag === undefined || entry.tag === tag);
  if (tags.length === 0)
    throw new CliError(tag ? `tag ${name}:${tag} points to nothing yet` : `${name} has no images yet`);
  const age = (created: string) => `${humanDuration(host.now() - Date.parse(created))} ago`;
  const rows = tags.flatMap((entry) =>
    (entry.items ?? []).map(({ created, dockerImageReference }, index) => {
      const row = [entry.tag, age(created), dockerImageReference];
      return index === 0 ? row.map((cell) => styled(cell, 'bold', host.colour.out)) : row;
    }),
  );
  host.out(table([['TAG', 'SINCE', 'IMAGE'], ...rows]));
  for (const { tag: failed, conditions } of tags) {
    const condition = conditions?.find(({ type, status }) => type === 'ImportSuccess' && status === 'False');
    if (condition) host.err(`${styled('!', 'red', host.colour.err)} ${name}:${failed}: ${condition.message ?? ''}\n`);
  }
}
