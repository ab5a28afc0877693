import type { ImageStream } from '@tagstream/api-types';
import type { CheckRecord } from '@tagstream/events';
import { findStatusTag, isImportable, isPendingImport, wantedTags } from '@tagstream/image-stream';
import { nextCheck } from './next-check.ts';

/** What is shown of the checks of a tag, the same as on the page `/checks` of a poller. Instants are in ISO 8601. */
export interface ShownCheck {
  readonly stream: string;
  readonly tag: string;
  readonly from: string;
  /** Null for a tag without a schedule, and for one that was never checked. */
  readonly intervalMs: number | null;
  readonly lastChecked: string | null;
  /** Null when only a push or a change of the spec leads to one. */
  readonly nextCheck: string | null;
  /** It should have been made by now: no poller is at work. */
  readonly isOverdue: boolean;
  /** The last check that failed; later ones may have succeeded. */
  readonly lastError: { readonly at: string; readonly reason: string; readonly message: string } | null;
}

/**
 * The checks of the tags of a stream that registries are asked about, in the order of their names.
 * @param recordOf what is known of the last check of a tag; undefined when there was none
 */
export function shownChecks(
  stream: ImageStream,
  recordOf: (tag: string) => CheckRecord | undefined,
  nowMs: number,
): ShownCheck[] {
  const { name, generation = 1 } = stream.metadata;
  return wantedTags(stream)
    .filter(isImportable)
    .map((wanted) => {
      const record = recordOf(wanted.name);
      const isPending = isPendingImport(wanted, findStatusTag(stream, wanted.name), generation);
      const next = record && nextCheck({ stream, wanted, record, isPending, nowMs });
      return {
        stream: name,
        tag: wanted.name,
        from: wanted.from?.name ?? '',
        intervalMs: record?.i ?? null,
        lastChecked: record === undefined ? null : iso(record.c),
        nextCheck: nextInstant(next, isPending, nowMs),
        isOverdue: next?.kind === 'overdue',
        lastError: record?.e === undefined ? null : errorOf(record.e),
      };
    });
}

function nextInstant(next: ReturnType<typeof nextCheck> | undefined, isPending: boolean, nowMs: number): string | null {
  switch (next?.kind) {
    case 'at':
    case 'overdue':
      return iso(next.atMs);
    case 'asked':
      return iso(nowMs);
    case 'none':
      return null;
    case undefined:
      return isPending ? iso(nowMs) : null;
  }
}

function errorOf([atMs, reason, message]: NonNullable<CheckRecord['e']>): ShownCheck['lastError'] {
  return { at: iso(atMs), reason, message };
}

const iso = (atMs: number): string => new Date(atMs).toISOString();
