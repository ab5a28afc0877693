import type { ImageStream, SpecTag } from '@tagstream/api-types';
import type { CheckRecord } from '@tagstream/events';
import type { TagAddress } from '@tagstream/image-stream';
import { nextCheck } from '../../checks/next-check.ts';
import type { Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { ago, ahead, intervalText } from '../say.ts';

/** A tag that a registry is asked about. */
export interface CheckedTag {
  readonly stream: ImageStream;
  readonly tag: TagAddress;
  readonly wanted: SpecTag;
  /** For people. */
  readonly name: string;
  /** The status does not answer to the spec yet. */
  readonly isPending: boolean;
}

/** A poller asks within seconds; one that was just started needs some of them. */
const USUAL_DELAY_MS = 60_000;

/** Explains when the registry was asked about a tag, what came of it, and when it is asked again. */
export function explainCheck(checked: CheckedTag, facts: Facts): Finding[] {
  if (facts.nats.kind !== 'read') return withoutRecord(checked);
  const record = facts.check(checked.tag);
  if (record === undefined) return [neverAsked(checked, facts)];
  return [...outcome(checked, record, facts), ...upcoming(checked, record, facts)];
}

/** Records are on NATS; without, the stream alone tells something. */
function withoutRecord({ wanted, name, isPending }: CheckedTag): Finding[] {
  const what = sourceName(wanted);
  if (isPending)
    return [{ kind: 'waiting', about: 'check', text: `the import of ${what} for ${name} is still to come` }];
  return wanted.scheduled ? [] : [onlyByPush(wanted)];
}

function neverAsked({ stream, wanted, name, isPending }: CheckedTag, { nowMs }: Facts): Finding {
  const text = `no poller has asked for ${sourceName(wanted)}, the source of ${name}`;
  const since = Date.parse(stream.metadata.creationTimestamp ?? '');
  const isNew = nowMs - since < USUAL_DELAY_MS;
  if (!isPending && !wanted.scheduled) return onlyByPush(wanted);
  if (isNew) return { kind: 'waiting', about: 'check', text: `${text} yet` };
  const advice = 'see that the service poller runs, looks after this namespace, and is ready (/readyz)';
  return { kind: 'problem', about: 'check', text, advice };
}

function onlyByPush(wanted: SpecTag): Finding {
  const text = `${sourceName(wanted)} is asked for only when a push is announced or somebody asks: it has no schedule`;
  return {
    kind: 'ok',
    about: 'check',
    text,
    advice: 'to have it asked for at an interval: importPolicy.scheduled: true',
  };
}

function outcome({ wanted, name }: CheckedTag, record: CheckRecord, { nowMs }: Facts): Finding[] {
  const asked = `the registry was asked for ${sourceName(wanted)} ${ago(record.c, nowMs)}`;
  const [failedAtMs = 0, reason = '', message = ''] = record.e ?? [];
  if (record.e === undefined) return [{ kind: 'ok', about: 'check', text: asked }];
  if (failedAtMs < record.c) {
    const before = `; the last failure was ${ago(failedAtMs, nowMs)}: ${message} (${reason})`;
    return [{ kind: 'ok', about: 'check', text: `${asked}${before}` }];
  }
  const again = record.r === undefined ? '' : `; it is tried again ${ahead(record.r, nowMs)}`;
  const text = `${asked} for ${name}, and failed: ${message} (${reason})${again}`;
  return [{ kind: 'problem', about: 'check', text }];
}

function upcoming({ stream, wanted, isPending }: CheckedTag, record: CheckRecord, { nowMs }: Facts): Finding[] {
  const next = nextCheck({ stream, wanted, record, isPending, nowMs });
  const advice = 'see that the service poller runs and is ready (/readyz)';
  switch (next.kind) {
    case 'overdue': {
      const text = `the check that was due ${ago(next.atMs, nowMs)} has not been made`;
      return [{ kind: 'problem', about: 'check', text, advice }];
    }
    case 'asked':
      return [{ kind: 'waiting', about: 'check', text: 'a check that was asked for is about to be made' }];
    case 'at': {
      const every = record.i === undefined ? '' : `, every ${intervalText(record.i)}`;
      return [{ kind: 'ok', about: 'check', text: `it is asked again ${ahead(next.atMs, nowMs)}${every}` }];
    }
    case 'none':
      return [onlyByPush(wanted)];
  }
}

/** What a tag is imported from, as the spec says. */
const sourceName = ({ from }: SpecTag): string => from?.name ?? '';
