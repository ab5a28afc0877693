import type { KubeObject } from '@tagstream/api-types';
import type { ObjectList } from './kube-client.ts';
import { isKubeError } from './kube-error.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/**
 * An answer of a megabyte or so. kubectl asks for 500: the larger pages are over sooner by little, and what memory reading one
 * takes is never given back.
 */
const DEFAULT_PAGE_SIZE = 100;

/** A continue token lives five minutes by default. A list that outlives it this often will not end. */
const MAX_STARTS = 3;

/** The parameters of one page. */
export interface PageQuery {
  readonly limit: number;
  readonly continue: string | undefined;
}

/** A list as the API server answers it. `items` is null for an empty list of some kinds. */
interface Page<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: T[] | null;
}

type FetchPage<T> = (query: PageQuery) => Promise<Page<T>>;

/** Joins the pages of a list; starts over when the continue token expires between two of them. */
export async function listAll<T extends KubeObject>(
  resource: Resource,
  pageSize: number = DEFAULT_PAGE_SIZE,
  fetchPage: FetchPage<T>,
): Promise<ObjectList<T>> {
  for (let start = 1; ; start += 1) {
    try {
      return await listOnce(resource, pageSize, fetchPage);
    } catch (error) {
      if (!isKubeError(error, 'gone') || start === MAX_STARTS) throw error;
    }
  }
}

async function listOnce<T extends KubeObject>(
  resource: Resource,
  pageSize: number,
  fetchPage: FetchPage<T>,
): Promise<ObjectList<T>> {
  const items: T[] = [];
  const apiVersion = apiVersionOf(resource);
  let next: string | undefined;
  for (;;) {
    const page = await fetchPage({ limit: pageSize, continue: next });
    // Items of built-in kinds come without apiVersion and kind; a watch sends both.
    for (const item of page.items ?? []) items.push({ apiVersion, kind: resource.kind, ...item });
    next = page.metadata?.continue || undefined;
    if (next === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
}
