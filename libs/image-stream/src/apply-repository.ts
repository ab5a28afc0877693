import type { ImageStream, ImageStreamStatus, RepositoryTags, StreamCondition } from '@tagstream/api-types';
import type { StaleReason } from './apply-observation.ts';
import { listedRepository } from './repository-import.ts';

/** What a poller found a repository to contain: the part of a `repository-poll` event that decides. */
export interface RepositoryObservation {
  readonly streamUid: string;
  readonly repository: string;
  /** The request by annotation that this answers, empty for none. */
  readonly request: string;
  /** `checkedAt` of what the status said of the repository when it was listed; null for nothing. */
  readonly basedOn: string | null;
  readonly checkedAt: string;
  readonly outcome:
    | { readonly kind: 'tags'; readonly tags: readonly string[]; readonly additionalTags: number }
    | { readonly kind: 'error'; readonly reason: string; readonly message: string };
}

/** What such an observation does to a stream. */
export type ApplyRepositoryResult =
  /** Write these fields of the status. */
  | { readonly kind: 'applied'; readonly status: Pick<ImageStreamStatus, 'repositories' | 'conditions'> }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'stale'; readonly why: StaleReason };

/**
 * Records what a repository contains in the status of the stream that imports it. Compare-and-set, as for tags: it counts only
 * for the same stream (by uid), while the spec names that repository and the status says what it said when the
 * repository was listed. A failure keeps the tags that were found before. What is known of other repositories is dropped:
 * the spec does not name them any more.
 */
export function applyRepositoryPoll(stream: ImageStream, observation: RepositoryObservation): ApplyRepositoryResult {
  const { repository, request, checkedAt, outcome } = observation;
  if (stream.metadata.uid !== observation.streamUid) return { kind: 'stale', why: 'other-stream' };
  if (stream.spec?.dockerImageRepository !== repository) return { kind: 'stale', why: 'spec-changed' };
  const before = listedRepository(stream, repository);
  if (before?.checkedAt === checkedAt) return { kind: 'unchanged' };
  if ((before?.checkedAt ?? null) !== observation.basedOn) return { kind: 'stale', why: 'newer-item' };
  const listed: RepositoryTags = {
    repository,
    ...(outcome.kind === 'tags'
      ? { tags: [...outcome.tags], additionalTags: outcome.additionalTags }
      : { tags: before?.tags ?? [], additionalTags: before?.additionalTags ?? 0 }),
    checkedAt,
    request,
  };
  return { kind: 'applied', status: { repositories: [listed], conditions: [conditionOf(stream, observation)] } };
}

function conditionOf(stream: ImageStream, { repository, outcome, checkedAt }: RepositoryObservation): StreamCondition {
  const status = outcome.kind === 'tags' ? 'True' : 'False';
  const before = stream.status?.conditions?.find(({ type }) => type === 'RepositoryImported');
  return {
    type: 'RepositoryImported',
    status,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : checkedAt,
    reason: outcome.kind === 'tags' ? 'Listed' : outcome.reason,
    message: outcome.kind === 'tags' ? listedMessage(repository, outcome) : outcome.message,
  };
}

function listedMessage(
  repository: string,
  { tags, additionalTags }: { tags: readonly string[]; additionalTags: number },
) {
  const all = tags.length + additionalTags;
  if (all === 0) return `${repository} has no tags`;
  return additionalTags === 0
    ? `all ${all} tags of ${repository} are imported`
    : `${tags.length} of ${all} tags of ${repository} are imported; name others in spec.tags`;
}
