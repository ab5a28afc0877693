import { RegistryError } from './errors.ts';
import { nextLink } from './link-header.ts';
import { questionPath, type Session } from './session.ts';
import type { ListTagsOptions, RegistryOperation } from './types.ts';

/** Names asked for at once; registries lower it as they like (Docker Hub gives 1000, others 100). */
const DEFAULT_PAGE_SIZE = 1000;

/** At 100 names a page these are 100 000; the largest repositories known have fewer tags. */
const MAX_PAGES = 1000;

/** A tag has at most 128 characters, so this holds 30 000 of the longest; registries that ignore `n` send all at once. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** A list of names that a registry gives in pages. */
export interface PagedList {
  readonly session: Session;
  readonly repository: Parameters<Session['ask']>[0]['repository'];
  readonly operation: RegistryOperation;
  /** Below `/v2/<name>`: `tags/list`, or nothing for the list of that name itself. */
  readonly path: string;
  /** For messages: `the tags of shop/web`. */
  readonly what: string;
  /** Finds the names in a page's JSON; undefined when there are none to be found. */
  readonly namesIn: (page: unknown) => unknown;
}

/**
 * All names of a list (OCI distribution specification, "Listing Tags"). The next page is the one that the `Link` header
 * names; only its path and query are used, so that a registry behind a proxy may give a wrong scheme and a hostile one
 * cannot lead the client, and its credentials, elsewhere.
 *
 * @throws {RegistryError} `too_large` for more than {@link MAX_PAGES} pages, `invalid` for a link to itself.
 */
export async function* listPages(list: PagedList, options: ListTagsOptions): AsyncGenerator<string> {
  const { session, repository, operation, what } = list;
  const { host, name } = repository;
  const at = { host, repository: name };
  let path = `${list.path}?n=${options.pageSize ?? DEFAULT_PAGE_SIZE}`;
  for (let page = 0; page < MAX_PAGES; page++) {
    const response = await session.ask(
      { repository, operation, method: 'GET', path, accept: 'application/json', maxBytes: MAX_PAGE_BYTES, what },
      options,
    );
    yield* namesOf(response.body, list);
    const link = nextLink(response.headers.link);
    if (link === undefined) return;
    const here = questionPath({ repository, path });
    const next = URL.parse(link, `https://${host}${here}`);
    const base = `/v2/${name}`;
    const isBelow = next?.pathname === base || next?.pathname.startsWith(`${base}/`);
    if (next === null || !isBelow || here === next.pathname + next.search) {
      throw new RegistryError('invalid', `${host} names no usable next page for ${what}.`, at);
    }
    path = (next.pathname + next.search).slice(base.length).replace(/^\//, '');
  }
  throw new RegistryError('too_large', `${host} has more than ${MAX_PAGES} pages of ${what}.`, at);
}

function namesOf(body: Uint8Array, { repository, what, namesIn }: PagedList): readonly string[] {
  const { host, name } = repository;
  const at = { host, repository: name };
  let names: unknown;
  try {
    names = namesIn(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch (cause) {
    throw new RegistryError('invalid', `${host} lists ${what} in something that is not JSON.`, { ...at, cause });
  }
  if (names === null || names === undefined) return []; // a repository whose tags have all been deleted
  if (!Array.isArray(names) || !names.every((each) => typeof each === 'string')) {
    throw new RegistryError('invalid', `${host} does not list ${what}.`, at);
  }
  return names;
}
