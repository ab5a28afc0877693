import type { ImageStream, SpecTag } from '@tagstream/api-types';
import { type CheckRecord, nextTurn, turnOffset } from '@tagstream/events';
import { IMPORT_NOW } from '../tag/import-now.ts';
import { canonicalReference } from './reference.ts';

/** A tag whose next check is wanted. */
export interface NextCheckQuestion {
  readonly stream: ImageStream;
  readonly wanted: SpecTag;
  /** What is known of its last check. */
  readonly record: CheckRecord;
  /** The status does not answer to the spec yet. */
  readonly isPending: boolean;
  readonly nowMs: number;
}

/** When a tag is checked next. */
export type NextCheck =
  | { readonly kind: 'at'; readonly atMs: number }
  /** Somebody asked for it by a changed spec or an annotation. */
  | { readonly kind: 'asked' }
  /** It should have been made. */
  | { readonly kind: 'overdue'; readonly atMs: number }
  /** Only a push or a change of the spec leads to one. */
  | { readonly kind: 'none' };

/**
 * Records are written every ten seconds, registries are asked at a limited rate, and a replica that has died is noticed by the
 * others after its lease: what is later than this is late for another reason.
 */
const USUAL_DELAY_MS = 2 * 60_000;

/**
 * When a tag is checked next, by the record of its last check alone: so it does not matter who asks, nor whether pollers run. A
 * single turn that was missed is none that is overdue: pollers that were started since do not make up for it.
 */
export function nextCheck({ stream, wanted, record, isPending, nowMs }: NextCheckQuestion): NextCheck {
  const importNow = stream.metadata.annotations?.[IMPORT_NOW] ?? '';
  if (importNow !== '' && record.n !== importNow) return { kind: 'asked' };
  const canonical = canonicalReference(wanted.from?.name ?? '');
  const { c: checkedMs, i: intervalMs, r: retryMs } = record;
  const retry = retryMs !== undefined && nowMs - retryMs < USUAL_DELAY_MS ? [retryMs] : [];
  if (intervalMs === undefined || canonical === undefined || !wanted.scheduled) {
    const [atMs] = retry;
    return atMs === undefined ? { kind: isPending ? 'asked' : 'none' } : { kind: 'at', atMs };
  }
  const offset = turnOffset(canonical);
  const turnMs = nextTurn(offset, intervalMs, checkedMs);
  if (nowMs - turnMs > intervalMs + USUAL_DELAY_MS) return { kind: 'overdue', atMs: turnMs };
  const upcomingMs = nowMs - turnMs > USUAL_DELAY_MS ? nextTurn(offset, intervalMs, nowMs) : turnMs;
  return { kind: 'at', atMs: Math.min(upcomingMs, ...retry) };
}
