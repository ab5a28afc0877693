import type { ImageStream } from '@tagstream/api-types';
import type { Finding } from '../finding.ts';
import { importAdvice } from './import-advice.ts';

/** Explains a stream that imports a repository as a whole, as far as it tells something about all of its tags. */
export function explainRepository({ metadata, spec, status }: ImageStream): Finding[] {
  const repository = spec?.dockerImageRepository ?? '';
  if (repository === '') return [];
  const condition = status?.conditions?.find(({ type }) => type === 'RepositoryImported');
  if (condition?.status === 'False') {
    const text = `the tags of ${repository}, which ${metadata.name} imports as a whole, could not be listed: ${condition.message} (${condition.reason})`;
    return [{ kind: 'problem', about: 'tag', text, advice: importAdvice(condition.reason) }];
  }
  const listed = status?.repositories?.find((one) => one.repository === repository);
  if (listed === undefined) {
    const text = `the tags of ${repository}, which ${metadata.name} imports as a whole, are not listed yet`;
    return [{ kind: 'waiting', about: 'tag', text }];
  }
  const more = listed.additionalTags ? `, and ${listed.additionalTags} more that are not imported` : '';
  return [
    {
      kind: 'ok',
      about: 'tag',
      text: `${metadata.name} imports ${listed.tags?.length ?? 0} tags of ${repository}${more}`,
    },
  ];
}

/** What there is to say of a stream whose tags are to be explained. */
export function explainStream(stream: ImageStream, tags: number): Finding[] {
  const repository = explainRepository(stream);
  if (tags > 0 || repository.length > 0) return repository;
  const advice = `tagstream tag IMAGE ${stream.metadata.name}:TAG --scheduled`;
  return [{ kind: 'problem', about: 'tag', text: 'it has no tags, so that nothing can follow it', advice }];
}
