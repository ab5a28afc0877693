import type { EventData, RepositoryPoll } from '@tagstream/events';
import { canonicalKey, type ImageReference, registryKey, repositoryKey } from '@tagstream/image-ref';
import { selectTags } from '@tagstream/image-stream';
import { openshiftReason, RegistryError } from '@tagstream/registry';
import type { RepositoryView } from './repository-view.ts';

export type RepositoryOutcome = EventData<typeof RepositoryPoll>['outcome'];

/** Lists the tags of a repository, reached the way images of that namespace are. */
export type ListTags = (
  namespace: string,
  repository: ImageReference,
  options: { readonly insecure: boolean; readonly signal: AbortSignal },
) => AsyncIterable<string>;

/** What listing a repository came to. */
export interface ListedRepository {
  readonly outcome: RepositoryOutcome;
  /** Trying again may help: everything but a repository that cannot or must not be asked for. */
  readonly mayPass: boolean;
  /** Registry that asked to be left alone, and for how long. */
  readonly pause?: { readonly registry: string; readonly ms: number };
}

/** Names looked at of a repository: at 128 characters each these are 13 MB. */
const MAX_LISTED_TAGS = 100_000;

/** OCI distribution specification, "Pulling manifests": what a tag may look like; a registry may say anything. */
const TAG = /^\w[\w.-]{0,127}$/;

/** Pause after a 429 that does not say how long. */
const DEFAULT_PAUSE_MS = 60_000;

/** Lists a repository once and chooses the tags to import (see {@link selectTags}). Failures are outcomes, not errors. */
export async function listRepository(
  view: RepositoryView,
  options: { readonly listTags: ListTags; readonly maxTags: number; readonly signal: AbortSignal },
): Promise<ListedRepository> {
  if (view.source.kind === 'refused') {
    return { outcome: { kind: 'error', ...view.source.failure }, mayPass: false };
  }
  const { reference } = view.source;
  const { listTags, maxTags, signal } = options;
  try {
    const tags: string[] = [];
    let listed = 0;
    for await (const tag of listTags(view.namespace, reference, { insecure: view.insecure, signal })) {
      listed += 1;
      if (listed > MAX_LISTED_TAGS) break;
      if (TAG.test(tag)) tags.push(tag);
    }
    const { imported, additional } = selectTags(tags, { max: maxTags });
    return {
      outcome: { kind: 'tags', tags: [...imported], additionalTags: additional.length },
      mayPass: false,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RegistryError)) throw error;
    return { outcome: failed(error, reference), mayPass: true, ...pauseOf(error, reference) };
  }
}

/** The sentence that an image's import would have, about the repository. */
function failed(error: RegistryError, reference: ImageReference): RepositoryOutcome {
  const { reason, message } = openshiftReason(error, reference);
  return { kind: 'error', reason, message: message.replaceAll(canonicalKey(reference), repositoryKey(reference)) };
}

function pauseOf(error: RegistryError, reference: ImageReference): Pick<ListedRepository, 'pause'> {
  if (error.code !== 'rate_limited') return {};
  return { pause: { registry: registryKey(reference.registry), ms: error.retryAfterMs ?? DEFAULT_PAUSE_MS } };
}
