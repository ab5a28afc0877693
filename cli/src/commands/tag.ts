import type { ImageStream, TagReference } from '@tagstream/api-types';
import { ImageRefError, printImageReference } from '@tagstream/image-ref';
import { isKubeError, resources } from '@tagstream/kube';
import { type Command, Option } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { type Session, withSession } from '../session.ts';
import { importNow } from '../tag/import-now.ts';
import { parseTagName, requireTagName, type TagName, TagNameError, tagTitle, withSpecTag } from '../tag/spec-tags.ts';
import {
  fromOf,
  parseTagSource,
  type SourceHint,
  snapshotOf,
  type TagSource,
  TagSourceError,
} from '../tag/tag-source.ts';
import { untilUnchanged } from '../write/update.ts';
import { deleteTag } from './delete-tag.ts';
import { withExamples } from './examples.ts';

interface TagOptions {
  readonly source?: SourceHint;
  readonly delete?: true;
  readonly alias?: true;
  readonly reference?: true;
  readonly scheduled?: true;
  readonly insecure?: true;
  readonly referencePolicy: 'source' | 'local';
}

export function addTag(parent: Command, host: Host): void {
  const command = parent
    .command('tag')
    .argument('<source>', '[NAMESPACE/]STREAM:TAG, [NAMESPACE/]STREAM@DIGEST or an image; with -d, a tag to delete')
    .argument('[tag...]', 'tags to set or delete: [NAMESPACE/]STREAM:TAG')
    .summary('set tags of image streams')
    .description(
      'Sets tags of image streams, which are created where they are missing. A tag as source is resolved now: what it points ' +
        'to later does not matter, except with --alias. A container image is imported.',
    )
    .addOption(new Option('--source <kind>', 'what the source is').choices(['istag', 'isimage', 'docker']))
    .option('--alias', 'follow the source tag, which must be of the same stream')
    .option('--reference', 'take the image as it is written, never import it')
    .option('--scheduled', 'import the image at regular intervals')
    .option('--insecure', 'allow plain HTTP and certificates that cannot be verified')
    .addOption(
      new Option('--reference-policy <policy>', 'registry that workloads pull from')
        .choices(['source', 'local'])
        .default('source'),
    )
    .option('-d, --delete', 'delete tags with their history');
  command.action(async (first: string, others: string[], options: TagOptions) => {
    await withSession(host, command, (session) => runTag(session, [first, ...others], options));
  });
  withExamples(
    command,
    ['Let production have what is latest now', 'tag web:latest web:production'],
    ['Let it follow', 'tag web:latest web:production --alias'],
    ['Follow a tag of a registry', 'tag quay.io/shop/web:1 web:1 --scheduled'],
    ['Delete a tag', 'tag -d web:old'],
  );
}

async function runTag(session: Session, args: readonly string[], options: TagOptions): Promise<void> {
  try {
    if (options.delete) await deleteTags(session, args, options);
    else await setTags(session, args, options);
  } catch (error) {
    if (error instanceof TagNameError || error instanceof TagSourceError) throw new CliError(error.message);
    if (error instanceof ImageRefError) throw new CliError(`invalid SOURCE: ${error.message}`);
    throw error;
  }
}

async function deleteTags(session: Session, args: readonly string[], options: TagOptions): Promise<void> {
  if (options.alias) throw usageError('--alias and --delete may not be both specified');
  if (options.source) throw usageError('cannot specify a source kind when deleting');
  if (options.scheduled || options.insecure)
    throw usageError('cannot set flags for importing images when deleting a tag');
  for (const name of args.map((arg) => parseTagName(arg, session.namespace))) await deleteTag(session, name);
}

async function setTags(session: Session, [text = '', ...rest]: readonly string[], options: TagOptions): Promise<void> {
  if (rest.length === 0) {
    throw usageError('you must specify a source and at least one destination or one or more tags to delete');
  }
  const named = parseTagSource(text, options.source);
  const names = rest.map((arg) => parseTagName(arg, session.namespace));
  for (const { tag } of names) requireTagName(tag);
  if (options.alias) requireOneStream(session, named, names);
  const source = named.kind === 'ImageStreamTag' && !options.alias ? await snapshot(session, named) : named;
  if (options.scheduled || options.insecure) {
    if (options.alias) throw usageError('cannot set a container image tag as an alias and also set import flags');
    if (source.kind !== 'DockerImage') throw usageError('only container images can have importing flags set');
  }
  for (const name of names) await setTag(session, name, source, options);
}

function requireOneStream(session: Session, { reference }: TagSource, names: readonly TagName[]): void {
  const namespace = reference.namespace || session.namespace;
  if (names.every((name) => name.namespace === namespace && name.stream === reference.name)) return;
  throw new TagSourceError('cannot set alias across different Image Streams');
}

async function snapshot({ kube, namespace }: Session, source: TagSource): Promise<TagSource> {
  const { reference } = source;
  const key = { resource: resources.imageStreams, namespace: reference.namespace || namespace, name: reference.name };
  return snapshotOf(source, await kube.get<ImageStream>(key));
}

async function setTag(session: Session, name: TagName, source: TagSource, options: TagOptions): Promise<void> {
  const { host, namespace: home } = session;
  await untilUnchanged(`imagestreams/${name.stream}`, () =>
    writeTag(session, name, entryFor(name, source, home, options)),
  );
  const title = tagTitle(name, home);
  const text = printImageReference(source.reference);
  if (options.alias) host.out(`Tag ${title} set up to track ${text}.\n`);
  else host.out(`Tag ${title} set to ${options.scheduled ? `import ${text} periodically` : text}.\n`);
}

function entryFor(name: TagName, source: TagSource, home: string, options: TagOptions): TagReference {
  const { insecure, scheduled } = options;
  const importPolicy = { ...(insecure && { insecure }), ...(scheduled && { scheduled }) };
  return {
    name: name.tag,
    from: fromOf(source, home, name.namespace),
    ...(options.reference && { reference: true }),
    ...(Object.keys(importPolicy).length > 0 && { importPolicy }),
    referencePolicy: { type: options.referencePolicy === 'local' ? 'Local' : 'Source' },
  };
}

/** A container image that the tag is set to already is imported once more. */
async function writeTag(
  { kube, host }: Session,
  { namespace, stream: name }: TagName,
  entry: TagReference,
): Promise<void> {
  const key = { resource: resources.imageStreams, namespace, name };
  let stream: ImageStream;
  try {
    stream = await kube.get<ImageStream>(key);
  } catch (error) {
    if (!isKubeError(error, 'not_found')) throw error;
    await kube.create<ImageStream>(resources.imageStreams, { metadata: { name, namespace }, spec: { tags: [entry] } });
    return;
  }
  const { uid, resourceVersion } = stream.metadata;
  const tags = withSpecTag(stream, entry);
  if (tags !== undefined) {
    await kube.mergePatch(key, { metadata: { uid, resourceVersion }, spec: { tags } });
  } else if (entry.from?.kind === 'DockerImage' && !entry.reference) {
    await kube.mergePatch(key, { metadata: { uid, resourceVersion, annotations: importNow(host.now()) } });
  }
}
