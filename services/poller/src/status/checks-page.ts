import { type CheckRecord, nextTurn } from '@tagstream/events';
import type { AdminAnswer, Clock } from '@tagstream/service';
import { type DueSettings, intervalOf } from '../due-settings.ts';
import type { TagView } from '../tag-view.ts';
import type { Target } from '../target-index.ts';
import type { CheckRecords } from './check-records.ts';

export interface ChecksPageDeps {
  /** The tags of a stream, undefined for one that is not known or has none to check. */
  readonly tagsOf: (namespace: string, stream: string) => readonly TagView[] | undefined;
  readonly targetOf: (tag: TagView) => Target | undefined;
  readonly settings: DueSettings;
  readonly records: Pick<CheckRecords, 'read' | 'isAnswered'>;
  readonly clock: Clock;
}

/** What is shown of the checks of a tag. Instants are in ISO 8601. */
export interface ShownCheck {
  readonly tag: string;
  readonly from: string;
  /** Null for a tag without a schedule. */
  readonly intervalMs: number | null;
  readonly lastChecked: string | null;
  /** Null when only a push or a change of the spec leads to one. */
  readonly nextCheck: string | null;
  /** The last check that failed; later ones may have succeeded. */
  readonly lastError: { readonly at: string; readonly reason: string; readonly message: string } | null;
  /** Replica that checks the tag. */
  readonly checkedBy: string | null;
  /** Value of the import-now annotation and whether that check was made; null without the annotation. */
  readonly importNow: { readonly asked: string; readonly done: boolean } | null;
  /** What is wrong with the interval that the stream asks for, null when nothing is. */
  readonly problem: string | null;
}

/** Answers `/checks?namespace=…&stream=…`: when each tag of a stream was and will be checked, the same on every replica. */
export function checksPage(deps: ChecksPageDeps) {
  return async (query: URLSearchParams): Promise<AdminAnswer> => {
    const namespace = query.get('namespace') ?? '';
    const stream = query.get('stream') ?? '';
    if (namespace === '' || stream === '') {
      return { status: 400, body: { error: 'name a stream: /checks?namespace=shop&stream=web' } };
    }
    const tags = deps.tagsOf(namespace, stream);
    if (tags === undefined) {
      const error = `there is no ImageStream ${namespace}/${stream} with tags to import`;
      return { status: 404, body: { error } };
    }
    const found = tags.flatMap((tag) => {
      const target = deps.targetOf(tag);
      return target === undefined ? [] : [{ tag, target, offset: target.offset }];
    });
    const records = await deps.records.read(found);
    const shown = found.map(({ tag, target }, i) => show(tag, target, records[i], deps));
    return { status: 200, body: { namespace, stream, tags: shown } };
  };
}

function show(tag: TagView, target: Target, record: CheckRecord | undefined, deps: ChecksPageDeps): ShownCheck {
  const now = deps.clock.now();
  const intervalMs = tag.scheduled ? intervalOf(target, deps.settings) : null;
  const isAnswered = tag.importNow === '' || deps.records.isAnswered(tag);
  const turnMs = intervalMs === null ? undefined : nextTurn(target.offset, intervalMs, now);
  const asked = tag.pending || !isAnswered ? now : undefined;
  const next = [asked, record?.r, turnMs].filter((atMs) => atMs !== undefined).sort((a, b) => a - b)[0];
  const [failedAtMs = 0, reason = '', message = ''] = record?.e ?? [];
  return {
    tag: tag.tag,
    from: tag.from,
    intervalMs,
    lastChecked: record === undefined ? null : iso(record.c),
    nextCheck: next === undefined ? null : iso(Math.max(next, now)),
    lastError: record?.e === undefined ? null : { at: iso(failedAtMs), reason, message },
    checkedBy: target.owner ?? null,
    importNow: tag.importNow === '' ? null : { asked: tag.importNow, done: isAnswered },
    problem: tag.intervalProblem,
  };
}

const iso = (atMs: number) => new Date(atMs).toISOString();
