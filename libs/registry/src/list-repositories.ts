import { listPages } from './list-pages.ts';
import { repositoryOf } from './repository.ts';
import type { Session } from './session.ts';
import type { ListTagsOptions } from './types.ts';

/** Where the list is; also what credentials for it are looked up by. No repository can be called so. */
const CATALOG = '_catalog';

/**
 * The repositories of a registry by `GET /v2/_catalog`. It is no part of the OCI distribution specification; Docker's registry and
 * many others have it, for those who may see everything (scope `registry:catalog:*`), and large ones do not.
 *
 * @throws {RegistryError} like {@link listPages}; what it is that a registry without a catalog answers differs.
 */
export function listRepositories(session: Session, registry: string, options: ListTagsOptions): AsyncGenerator<string> {
  const repository = repositoryOf({ registry, namespace: '', name: CATALOG, tag: '', digest: '' });
  const what = 'the repositories';
  const namesIn = (page: unknown) => (page as { repositories?: unknown } | null)?.repositories;
  return listPages({ session, repository, operation: 'list_repositories', path: '', what, namesIn }, options);
}
