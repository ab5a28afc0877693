import { isDeepStrictEqual } from 'node:util';
import type { ImageStream, TagReference } from '@tagstream/api-types';

/** Docker's grammar of tags, which OpenShift demands of new ones. */
const TAG_NAME = /^\w[\w.-]{0,127}$/;

/** A tag to be set, deleted or imported. */
export interface TagName {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
}

/** Why a text names no tag. */
export class TagNameError extends Error {
  override readonly name = 'TagNameError';
}

/** Reads `[NAMESPACE/]STREAM:TAG`. @throws TagNameError */
export function parseTagName(text: string, home: string): TagName {
  const [path = '', tag = '', ...more] = text.split(':');
  if (path === '' || tag === '' || more.length > 0) {
    throw new TagNameError(`"${text}" must be of the form <stream_name>:<tag>`);
  }
  const parts = path.split('/');
  if (parts.length > 2 || parts.includes('')) throw new TagNameError(`invalid image stream "${path}"`);
  const [stream = '', namespace = home] = parts.reverse();
  return { namespace, stream, tag };
}

/** `web:latest`, with the namespace when it is another one than that of the command. */
export function tagTitle({ namespace, stream, tag }: TagName, home: string): string {
  return namespace === home ? `${stream}:${tag}` : `${namespace}/${stream}:${tag}`;
}

/** @throws TagNameError for a name that a new tag cannot have */
export function requireTagName(tag: string): void {
  if (!TAG_NAME.test(tag)) {
    throw new TagNameError(
      `tag "${tag}" must be 1 to 128 letters, digits, "_", "." or "-", not starting with "." or "-"`,
    );
  }
}

/**
 * The spec tags of a stream with one set; of its entry before only the annotations stay. Undefined when it was set so already.
 * `generation` is not written: what asks for another import of the same source is an annotation of the stream.
 */
export function withSpecTag(stream: ImageStream, tag: TagReference): TagReference[] | undefined {
  const tags = stream.spec?.tags ?? [];
  const before = tags.find(({ name }) => name === tag.name);
  const entry = { ...tag, ...(before?.annotations && { annotations: before.annotations }) };
  if (before !== undefined && isDeepStrictEqual(essence(before), essence(entry))) return undefined;
  return before === undefined ? [...tags, entry] : tags.map((other) => (other === before ? entry : other));
}

/** The spec tags of a stream without one; undefined when it has none of that name. */
export function withoutSpecTag(stream: ImageStream, name: string): TagReference[] | undefined {
  const tags = stream.spec?.tags ?? [];
  const left = tags.filter((tag) => tag.name !== name);
  return left.length === tags.length ? undefined : left;
}

/** What counts of a spec tag, with its defaults. */
function essence({ name, from, reference, importPolicy, referencePolicy, annotations }: TagReference): unknown {
  const { insecure = false, scheduled = false, importMode = '' } = importPolicy ?? {};
  const source = { kind: from?.kind, name: from?.name, namespace: from?.namespace ?? '' };
  const policy = { insecure, scheduled, importMode: importMode || 'Legacy' };
  return { name, source, reference: reference ?? false, policy, type: referencePolicy?.type || 'Source', annotations };
}
