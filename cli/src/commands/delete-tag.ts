import type { ImageStream } from '@tagstream/api-types';
import { findStatusTag } from '@tagstream/image-stream';
import { isKubeError, resources } from '@tagstream/kube';
import { CliError } from '../cli-error.ts';
import type { Session } from '../session.ts';
import { type TagName, withoutSpecTag } from '../tag/spec-tags.ts';
import { untilUnchanged } from '../write/update.ts';

/**
 * Deletes a tag as OpenShift does: from the spec, and its history from the status. The spec goes first, or the tag would be
 * imported again; after a crash in between the history is still there, and the same command deletes it.
 */
export async function deleteTag(session: Session, name: TagName): Promise<void> {
  const { host } = session;
  const title = `${name.namespace}/${name.stream}:${name.tag}`;
  const result = await untilUnchanged(`imagestreams/${name.stream}`, () => deleteOnce(session, name));
  if (result === 'no-tag') throw new CliError(`destination tag ${title} does not exist.`);
  host.out(result === 'no-stream' ? `Image stream "${name.stream}" does not exist.\n` : `Deleted tag ${title}.\n`);
}

async function deleteOnce(
  { kube }: Session,
  { namespace, stream: name, tag }: TagName,
): Promise<'deleted' | 'no-tag' | 'no-stream'> {
  const key = { resource: resources.imageStreams, namespace, name };
  let stream: ImageStream;
  try {
    stream = await kube.get<ImageStream>(key);
  } catch (error) {
    if (isKubeError(error, 'not_found')) return 'no-stream';
    throw error;
  }
  const tags = withoutSpecTag(stream, tag);
  if (tags === undefined && findStatusTag(stream, tag) === undefined) return 'no-tag';
  if (tags !== undefined) {
    stream = await kube.mergePatch<ImageStream>(key, { metadata: versionOf(stream), spec: { tags } });
  }
  const history = stream.status?.tags ?? [];
  const left = history.filter((entry) => entry.tag !== tag);
  if (left.length < history.length) {
    await kube.mergePatch(key, { metadata: versionOf(stream), status: { tags: left } }, { subresource: 'status' });
  }
  return 'deleted';
}

function versionOf({ metadata: { uid, resourceVersion } }: ImageStream): object {
  return { uid, resourceVersion };
}
