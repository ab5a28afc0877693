import {
  historyProblems,
  type ImageStream,
  type ImageStreamProblem,
  normalizeTag,
  streamNameProblems,
  type TagReference,
  tagReferenceProblems,
} from '@tagstream/api-types';
import { ImageRefError, parseImageReference } from '@tagstream/image-ref';
import { isImportable, sourceImage, sourceTag } from './tag-source.ts';

/**
 * Everything in a stream that OpenShift's API server would have refused and the custom resource's schema lets through: names,
 * references that do not parse, sources that make no sense, history items without reference.
 */
export function imageStreamProblems(stream: ImageStream): readonly ImageStreamProblem[] {
  return [
    ...streamNameProblems(stream.metadata.namespace ?? '', stream.metadata.name),
    ...repositoryProblems(stream.spec?.dockerImageRepository),
    ...(stream.spec?.tags ?? []).flatMap((tag) => problemsOf(stream, tag)),
    ...historyProblems(stream),
    ...unparseableHistory(stream),
  ];
}

/** What is wrong with the spec tag of that name; nothing when it is fine or does not exist. */
export function tagProblems(stream: ImageStream, tagName: string): readonly ImageStreamProblem[] {
  const tag = stream.spec?.tags?.findLast((candidate) => candidate.name === tagName);
  return tag === undefined ? [] : problemsOf(stream, tag);
}

function problemsOf(stream: ImageStream, tag: TagReference): readonly ImageStreamProblem[] {
  const problems = tagReferenceProblems(tag);
  if (problems.length > 0 || !tag.from) return problems;
  const message = sourceNameProblem(stream, tag);
  return message === undefined ? [] : [{ tag: tag.name, field: `spec.tags[${tag.name}].from.name`, message }];
}

function sourceNameProblem(stream: ImageStream, tag: TagReference): string | undefined {
  const normal = normalizeTag(tag, stream.metadata.namespace ?? '');
  const name = normal.from?.name ?? '';
  switch (normal.from?.kind) {
    case 'DockerImage':
      if (normal.from.namespace !== (stream.metadata.namespace ?? '')) {
        return 'a DockerImage is not in a namespace: remove from.namespace';
      }
      return referenceProblem(name) ?? (isImportable(normal) ? missingNameProblem(name) : undefined);
    case 'ImageStreamTag':
      return sourceTag(stream.metadata.name, normal) ? undefined : `"${name}" must be tag or stream:tag`;
    case 'ImageStreamImage':
      return sourceImage(stream.metadata.name, normal) ? undefined : `"${name}" must be id or stream@id`;
    default:
      return undefined;
  }
}

/** OpenShift accepts `my.app`, which is a registry without a repository, and its import fails; this says why. */
function missingNameProblem(name: string): string | undefined {
  return parseImageReference(name).name === '' ? `"${name}" names a registry only; add a repository` : undefined;
}

function repositoryProblems(repository: string | undefined): readonly ImageStreamProblem[] {
  if (!repository) return [];
  const field = 'spec.dockerImageRepository';
  const message = referenceProblem(repository);
  if (message !== undefined) return [{ field, message }];
  const { tag, digest } = parseImageReference(repository);
  return tag === '' && digest === '' ? [] : [{ field, message: `"${repository}" must not have a tag or digest` }];
}

function unparseableHistory(stream: ImageStream): readonly ImageStreamProblem[] {
  return (stream.status?.tags ?? []).flatMap(({ tag, items }) =>
    (items ?? []).flatMap((item, index) => {
      const message = item.dockerImageReference ? referenceProblem(item.dockerImageReference) : undefined;
      const field = `status.tags[${tag}].items[${index}].dockerImageReference`;
      return message === undefined ? [] : [{ tag, field, message }];
    }),
  );
}

function referenceProblem(text: string): string | undefined {
  try {
    parseImageReference(text);
    return undefined;
  } catch (error) {
    if (error instanceof ImageRefError) return error.message;
    throw error;
  }
}
