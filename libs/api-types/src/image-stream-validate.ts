import type { ImageStream, TagReference } from './image-stream.ts';

/** Something in an ImageStream that OpenShift's API server would have refused. */
export interface ImageStreamProblem {
  /** Path of the field, tags by name: `spec.tags[latest].from.kind`. */
  readonly field: string;
  /** What is wrong and what is expected, one sentence. */
  readonly message: string;
  /** Name of the tag that the problem is about; absent when it concerns the whole stream. */
  readonly tag?: string;
}

/** `namespace/name` is a repository name, and those have at most 255 characters (OCI distribution specification). */
export const MAX_STREAM_NAME_LENGTH = 255;

const STREAM_NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** The kinds that `from` of a spec tag may have. */
export const tagSourceKinds = ['DockerImage', 'ImageStreamTag', 'ImageStreamImage'] as const;

/**
 * Checks the name of a stream: a repository path component (lower-case letters and digits, separated by single `.`, `_` or
 * `-`), at most 255 characters together with its namespace. A custom resource cannot have `_` in its name, so the API
 * server is stricter than this.
 */
export function streamNameProblems(namespace: string, name: string): readonly ImageStreamProblem[] {
  const problems: ImageStreamProblem[] = [];
  if (!STREAM_NAME.test(name)) {
    problems.push({
      field: 'metadata.name',
      message: `"${name}" is not a stream name: use lower-case letters and digits, separated by single ".", "_" or "-"`,
    });
  }
  const length = namespace.length + 1 + name.length;
  if (length > MAX_STREAM_NAME_LENGTH) {
    problems.push({
      field: 'metadata.name',
      message: `namespace and name have ${length} characters together with the slash, at most ${MAX_STREAM_NAME_LENGTH} are allowed`,
    });
  }
  return problems;
}

/**
 * Checks one spec tag as far as that needs no parsing of image references: a known kind with a name, policies with known
 * values, no schedule for what is not in a registry. A tag without `from` is legal.
 */
export function tagReferenceProblems(tag: TagReference): readonly ImageStreamProblem[] {
  const problems: ImageStreamProblem[] = [];
  const add = (field: string, message: string) =>
    problems.push({ tag: tag.name, field: `spec.tags[${tag.name}].${field}`, message });

  const kind = tag.from?.kind ?? '';
  const hasSource = kind !== '' || (tag.from?.name ?? '') !== '';
  if (hasSource) {
    if (!tagSourceKinds.some((known) => known === kind)) {
      add('from.kind', `must be one of ${tagSourceKinds.join(', ')}, not "${kind}"`);
    }
    if ((tag.from?.name ?? '') === '') add('from.name', 'is required with from.kind');
    if (tag.importPolicy?.scheduled && (kind === 'ImageStreamTag' || kind === 'ImageStreamImage')) {
      add('importPolicy.scheduled', `only a DockerImage can be imported on a schedule, not an ${kind}`);
    }
  }
  // The custom resource's schema refuses these two; objects also come from files and from other API servers.
  const policy: string = tag.referencePolicy?.type ?? '';
  if (!['', 'Source', 'Local'].includes(policy)) add('referencePolicy.type', 'must be Source or Local');
  const mode: string = tag.importPolicy?.importMode ?? '';
  if (!['', 'Legacy', 'PreserveOriginal'].includes(mode)) {
    add('importPolicy.importMode', 'must be Legacy or PreserveOriginal');
  }
  return problems;
}

/** Finds history items without a reference: each item must say what to pull. */
export function historyProblems(stream: ImageStream): readonly ImageStreamProblem[] {
  return (stream.status?.tags ?? []).flatMap(({ tag, items }) =>
    (items ?? []).flatMap((item, index) =>
      item.dockerImageReference
        ? []
        : [{ tag, field: `status.tags[${tag}].items[${index}].dockerImageReference`, message: 'is required' }],
    ),
  );
}
