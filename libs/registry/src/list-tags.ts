import { RegistryError } from './errors.ts';
import { nextLink } from './link-header.ts';
import type { Repository } from './repository.ts';
import type { Session } from './session.ts';
import type { ListTagsOptions } from './types.ts';

/** Tags asked for at once; registries lower it as they like (Docker Hub gives 1000, others 100). */
const DEFAULT_PAGE_SIZE = 1000;

/** At 100 tags a page these are 100 000 tags; the largest repositories known have fewer. */
const MAX_PAGES = 1000;

/** A tag has at most 128 characters, so this holds 30 000 of the longest; registries that ignore `n` send all at once. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/**
 * All tags of a repository by `GET /v2/<name>/tags/list` (OCI distribution specification, "Listing Tags"). The next page
 * is the one that the `Link` header names; only its path and query are used, so that a registry behind a proxy may give a
 * wrong scheme and a hostile one cannot lead the client, and its credentials, elsewhere.
 *
 * @throws {RegistryError} `too_large` for more than {@link MAX_PAGES} pages, `invalid` for a link to itself.
 */
export async function* listTags(
  session: Session,
  repository: Repository,
  options: ListTagsOptions,
): AsyncGenerator<string> {
  const { host, name } = repository;
  const base = `/v2/${name}/`;
  let path = `tags/list?n=${options.pageSize ?? DEFAULT_PAGE_SIZE}`;
  for (let page = 0; page < MAX_PAGES; page++) {
    const response = await session.ask(
      {
        repository,
        operation: 'list_tags',
        method: 'GET',
        path,
        accept: 'application/json',
        maxBytes: MAX_PAGE_BYTES,
        what: 'the tags',
      },
      options,
    );
    yield* readTags(response.body, repository);
    const link = nextLink(response.headers.link);
    if (link === undefined) return;
    const next = URL.parse(link, `https://${host}${base}${path}`);
    if (next === null || !next.pathname.startsWith(base) || `${base}${path}` === next.pathname + next.search) {
      throw new RegistryError('invalid', `${host} names no usable next page for the tags of ${name}.`, {
        host,
        repository: name,
      });
    }
    path = next.pathname.slice(base.length) + next.search;
  }
  throw new RegistryError('too_large', `${host} has more than ${MAX_PAGES} pages of tags for ${name}.`, {
    host,
    repository: name,
  });
}

function readTags(body: Uint8Array, { host, name }: Repository): readonly string[] {
  let tags: unknown;
  try {
    tags = JSON.parse(Buffer.from(body).toString('utf8'))?.tags;
  } catch (cause) {
    throw new RegistryError('invalid', `${host} lists the tags of ${name} in something that is not JSON.`, {
      host,
      repository: name,
      cause,
    });
  }
  if (tags === null || tags === undefined) return []; // a repository whose tags have all been deleted
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw new RegistryError('invalid', `${host} lists no tags for ${name}.`, { host, repository: name });
  }
  return tags;
}
