import { type ImageStream, specTag, type TagReference } from '@tagstream/api-types';
import { importableTags } from '@tagstream/image-stream';
import { isKubeError, resources } from '@tagstream/kube';
import { type Command, Option } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import { parseDuration } from '../duration.ts';
import type { Host } from '../host.ts';
import { type Session, withSession } from '../session.ts';
import { importNow } from '../tag/import-now.ts';
import { untilUnchanged } from '../write/update.ts';
import { withExamples } from './examples.ts';
import { waitForImport } from './wait-for-import.ts';

interface ImportOptions {
  readonly from?: string;
  readonly confirm?: true;
  readonly all?: true;
  readonly scheduled?: true;
  readonly insecure?: true;
  readonly timeout: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export function addImportImage(parent: Command, host: Host): void {
  const command = parent
    .command('import-image')
    .argument('<stream>', 'image stream and tag: STREAM[:TAG], the tag being latest')
    .summary('ask the registry for a tag now')
    .description(
      'Asks the registry now what a tag points to, and waits for the answer. With --from and --confirm the ' +
        'stream or the tag is created when it is missing.',
    )
    .option('--from <image>', 'image to import')
    .option('--confirm', 'create the stream or the tag when it is missing; with --from')
    .option('--all', 'all tags of the stream that come from a registry')
    .option('--scheduled', 'import the image at regular intervals; with --from')
    .option('--insecure', 'allow plain HTTP and certificates that cannot be verified; with --from')
    .addOption(timeoutOption());
  command.action(async (name: string, options: ImportOptions) => {
    await withSession(host, command, (session) => importImage(session, name, options));
  });
  withExamples(
    command,
    ['Ask for a tag now', 'import-image web:latest'],
    ['Ask for all tags', 'import-image web --all'],
    ['Create a stream', 'import-image web:1 --from=quay.io/shop/web:1 --confirm'],
  );
}

function timeoutOption(): Option {
  return new Option('--timeout <duration>', 'how long to wait for the answer')
    .argParser(parseDuration)
    .default(DEFAULT_TIMEOUT_MS, '30s');
}

async function importImage(session: Session, arg: string, options: ImportOptions): Promise<void> {
  const [stream = '', tag = 'latest', ...more] = arg.split(':');
  if (stream === '' || tag === '' || more.length > 0) throw usageError(`"${arg}" must be STREAM or STREAM:TAG`);
  if (options.all && (options.from !== undefined || arg.includes(':'))) {
    throw usageError('with --all name a stream without tag, and no image');
  }
  if ((options.scheduled || options.insecure) && options.from === undefined) {
    throw usageError('--scheduled and --insecure belong to an image: name it with --from');
  }
  const before = await untilUnchanged(`imagestreams/${stream}`, () => ask(session, stream, tag, options));
  const tags = options.all ? importableTags(before).map(({ name }) => name) : [tag];
  if (tags.length === 0) throw new CliError(`imagestreams/${stream} has no tags that come from a registry`);
  await waitForImport(session, before, tags, options.timeout);
}

/** Asks for the import; answers the stream as it was before. */
async function ask(session: Session, name: string, tag: string, options: ImportOptions): Promise<ImageStream> {
  const { kube, namespace, host } = session;
  const before = await readStream(session, name);
  const added = options.all ? undefined : tagToAdd(before, name, tag, options);
  if (before === undefined) {
    const tags = added === undefined ? [] : [added];
    await kube.create<ImageStream>(resources.imageStreams, { metadata: { name, namespace }, spec: { tags } });
    return { metadata: { name, namespace } };
  }
  const { uid, resourceVersion } = before.metadata;
  const spec = added && { tags: [...(before.spec?.tags ?? []), added] };
  const patch = { metadata: { uid, resourceVersion, annotations: importNow(host.now()) }, ...(spec && { spec }) };
  await kube.mergePatch({ resource: resources.imageStreams, namespace, name }, patch);
  return before;
}

/** The spec tag that is missing; undefined when it is there. @throws CliError when it is not there, or not to be imported so */
function tagToAdd(
  stream: ImageStream | undefined,
  streamName: string,
  tag: string,
  options: ImportOptions,
): TagReference | undefined {
  const existing = stream && specTag(stream, tag);
  if (existing === undefined) {
    const missing = stream
      ? `"${tag}" does not exist on the image stream`
      : `no image stream named "${streamName}" exists`;
    if (stream && options.from === undefined) throw new CliError(missing);
    if (!options.confirm) throw new CliError(`${missing}, pass --confirm to create and import`);
    if (options.from === undefined) throw usageError('to create an image stream, name an image with --from');
    return entryFor(tag, options.from, options);
  }
  if (existing.from?.kind !== 'DockerImage') {
    throw new CliError(`tag "${tag}" does not come from a registry: it is not imported`);
  }
  if (options.from !== undefined && options.from !== existing.from.name) {
    const change = `use the 'tag' command if you want to change the source to "${options.from}"`;
    throw new CliError(`the tag "${tag}" points to "${existing.from.name}" - ${change}`);
  }
  return undefined;
}

async function readStream({ kube, namespace }: Session, name: string): Promise<ImageStream | undefined> {
  try {
    return await kube.get<ImageStream>({ resource: resources.imageStreams, namespace, name });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

function entryFor(tag: string, image: string, { scheduled, insecure }: ImportOptions): TagReference {
  const importPolicy = { ...(insecure && { insecure }), ...(scheduled && { scheduled }) };
  return {
    name: tag,
    from: { kind: 'DockerImage', name: image },
    ...(Object.keys(importPolicy).length > 0 && { importPolicy }),
  };
}
