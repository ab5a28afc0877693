import { listPages } from './list-pages.ts';
import type { Repository } from './repository.ts';
import type { Session } from './session.ts';
import type { ListTagsOptions } from './types.ts';

/** All tags of a repository by `GET /v2/<name>/tags/list`. @throws {RegistryError} like {@link listPages}. */
export function listTags(session: Session, repository: Repository, options: ListTagsOptions): AsyncGenerator<string> {
  const what = `the tags of ${repository.name}`;
  const namesIn = (page: unknown) => (page as { tags?: unknown } | null)?.tags;
  return listPages({ session, repository, operation: 'list_tags', path: 'tags/list', what, namesIn }, options);
}
