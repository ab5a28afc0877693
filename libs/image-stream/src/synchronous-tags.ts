import {
  type ImageStream,
  type ImageStreamStatus,
  type NamedTagEventList,
  type SpecTag,
  specTags,
} from '@tagstream/api-types';
import type { HistoryLimit } from './limit-history.ts';
import { failTag, settleTag } from './settle-tag.ts';
import { specHash, streamGeneration } from './spec-tag.ts';
import { newestItem, statusTagsOf, statusWith } from './status-tags.ts';
import {
  type PullRefusal,
  type StreamAddress,
  type StreamLookup,
  type TagEvidence,
  tagEvidence,
} from './tag-evidence.ts';
import { isImportable } from './tag-source.ts';
import { propagateToFollowers, trackedTag, trackingTagsSourcesFirst } from './tracking.ts';
import { tagProblems } from './validate.ts';
import { wantedTags } from './wanted-tags.ts';

/** A spec tag that cannot be resolved as it is. OpenShift would have refused the write; the tag gets a condition instead. */
export interface SpecTagError {
  readonly tag: string;
  readonly reason: 'Invalid' | 'NotFound' | 'Conflict' | 'Forbidden';
  readonly message: string;
}

/** What reconciling the spec tags of a stream came to. */
export interface ReconcileResult {
  /** The status to write, or undefined when it says everything already. */
  readonly status: ImageStreamStatus | undefined;
  /** The tags that point to something else than before, in the order of their names. */
  readonly changedTags: readonly string[];
  readonly errors: readonly SpecTagError[];
  /** Other streams that a tag could not be copied from yet; reconcile again when one of them changes. */
  readonly waitingFor: readonly StreamAddress[];
}

/** What reconciling needs from outside. */
export interface ReconcileOptions {
  /** Other streams as they are now; undefined for one that does not exist. */
  readonly lookupStream: StreamLookup;
  /** Asked for each new or changed tag that is in another namespace; absent: everything may be taken. */
  readonly refusePull?: PullRefusal;
  /** Instant for `created` and `lastTransitionTime`, with milliseconds. */
  readonly now: string;
  readonly historyLimit?: HistoryLimit;
  /** Host of an integrated registry: copies of tags that live there are pulled under the copying stream's name. */
  readonly internalHost?: string;
}

/**
 * Does for new and changed spec tags what OpenShift's API server does while it writes a stream: a reference tag is recorded as
 * it is, an ImageStreamImage is looked up, a tag of another stream is copied once, a tag of the same stream is
 * followed. Tags to import are left to the import, also to say what is wrong with them.
 *
 * A tag is new or changed while the version of it that the status answers to is not the one in the spec. An unresolved one is
 * looked at again at every call, because here, unlike in OpenShift, the source may be written after its copy. When a
 * spec tag is removed its status stays, but is no longer an answer, so that writing the same tag again is a new one.
 */
export function reconcileSpecTags(stream: ImageStream, options: ReconcileOptions): ReconcileResult {
  const before = statusTagsOf(stream);
  const tags = new Map(before);
  const changed = new Set<string>();
  const errors: SpecTagError[] = [];
  const waitingFor = new Map<string, StreamAddress>();
  const generation = streamGeneration(stream);

  const settle = (tag: SpecTag, evidence: TagEvidence) => {
    const current = tags.get(tag.name);
    if (evidence.kind === 'event') {
      const event = { ...evidence.event, generation };
      const settled = settleTag(tag, current, event, generation, options.historyLimit);
      tags.set(tag.name, settled.statusTag);
      if (settled.pointsElsewhere) changed.add(tag.name);
      return;
    }
    const { waitingFor: source } = evidence;
    if (source) waitingFor.set(`${source.namespace}/${source.name}`, source);
    if (evidence.kind === 'nothing') {
      if (current?.conditions?.length) tags.set(tag.name, withoutConditions(current));
      return;
    }
    const { reason, message } = evidence;
    errors.push({ tag: tag.name, reason, message });
    tags.set(tag.name, failTag(tag.name, current, { reason, message, generation, now: options.now }));
  };

  forgetRemovedTags(stream, tags);
  const open: SpecTag[] = [];
  for (const tag of specTags(stream).filter((candidate) => !isImportable(candidate))) {
    const [problem] = tagProblems(stream, tag.name);
    if (problem) settle(tag, { kind: 'failed', reason: 'Invalid', message: `${problem.field} ${problem.message}` });
    else if (isOpen(tag, tags.get(tag.name))) open.push(tag);
  }
  for (const tag of open.filter((candidate) => trackedTag(stream, candidate) === undefined)) {
    settle(tag, tagEvidence(stream, tag, options));
  }
  for (const tag of trackingTagsSourcesFirst(stream, open)) {
    const event = newestItem(tags.get(trackedTag(stream, tag) ?? ''));
    settle(tag, event ? { kind: 'event', event } : { kind: 'nothing' });
  }
  const followed = propagateToFollowers(stream, tags, [...changed], options.historyLimit);
  const isSame =
    followed.tags.size === before.size && [...followed.tags].every(([name, entry]) => before.get(name) === entry);
  return {
    status: isSame ? undefined : statusWith(stream, followed.tags),
    changedTags: [...new Set([...changed, ...followed.changedTags])].sort(),
    errors,
    waitingFor: [...waitingFor.values()],
  };
}

/** True for a tag to resolve now: it has a source, and the status answers to another version of it. */
function isOpen(tag: SpecTag, statusTag: NamedTagEventList | undefined): boolean {
  return tag.from !== undefined && statusTag?.observedSpec?.hash !== specHash(tag);
}

function withoutConditions({ conditions: _cleared, ...rest }: NamedTagEventList): NamedTagEventList {
  return rest;
}

function forgetRemovedTags(stream: ImageStream, tags: Map<string, NamedTagEventList>): void {
  const withSource = new Set(wantedTags(stream).flatMap((tag) => (tag.from === undefined ? [] : [tag.name])));
  for (const [name, { observedSpec, ...rest }] of tags) {
    if (observedSpec !== undefined && !withSource.has(name)) tags.set(name, rest);
  }
}
