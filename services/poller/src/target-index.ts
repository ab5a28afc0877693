import { onChange, type TagMemory } from './memory.ts';
import type { Question } from './question.ts';
import type { TagView } from './tag-view.ts';

/** A question and everybody who wants its answer. */
export interface Target {
  readonly question: Question;
  readonly tags: ReadonlyMap<string, TagView>;
  /** What is remembered of each tag, by its id. */
  readonly memory: Map<string, TagMemory>;
}

interface OwnTarget extends Target {
  readonly tags: Map<string, TagView>;
}

/** All targets there are, kept in step with the ImageStreams. */
export interface TargetIndex {
  /**
   * Takes in what a stream's tags are now and were before.
   * @returns the targets that got or kept a tag of the stream, and those that lost their last one.
   */
  apply(
    now: readonly TagView[],
    before: readonly TagView[],
    nowMs: number,
  ): { readonly touched: readonly Target[]; readonly removed: readonly Target[] };
  get(key: string): Target | undefined;
  /** Every way in which a reference is asked for; empty for one that no stream follows. */
  byReference(canonical: string): readonly Target[];
  /** How many targets there are of a registry. */
  countOf(registry: string): number;
  readonly size: number;
}

/** An empty index. */
export function createTargetIndex(): TargetIndex {
  const targets = new Map<string, OwnTarget>();
  const references = new Map<string, Set<OwnTarget>>();
  const counts = new Map<string, number>();

  function targetOf(question: Question): OwnTarget {
    const known = targets.get(question.key);
    if (known !== undefined) return known;
    const target: OwnTarget = { question, tags: new Map(), memory: new Map() };
    targets.set(question.key, target);
    const sameReference = references.get(question.canonical) ?? new Set();
    references.set(question.canonical, sameReference.add(target));
    count(question.registry, 1);
    return target;
  }

  function count(registry: string, change: 1 | -1): void {
    const left = (counts.get(registry) ?? 0) + change;
    if (left === 0) counts.delete(registry);
    else counts.set(registry, left);
  }

  function remove(tag: TagView): OwnTarget | undefined {
    const target = targets.get(tag.question.key);
    if (target === undefined) return undefined;
    target.tags.delete(tag.id);
    target.memory.delete(tag.id);
    if (target.tags.size > 0) return undefined;
    targets.delete(target.question.key);
    const sameReference = references.get(target.question.canonical);
    sameReference?.delete(target);
    if (sameReference?.size === 0) references.delete(target.question.canonical);
    count(target.question.registry, -1);
    return target;
  }

  return {
    apply(now, before, nowMs) {
      const earlier = new Map(before.map((tag) => [tag.id, tag]));
      const present = new Map(now.map((tag) => [tag.id, tag]));
      const gone = before.filter((tag) => present.get(tag.id)?.question.key !== tag.question.key);
      const removed = gone.flatMap((tag) => remove(tag) ?? []);
      const touched = now.map((tag) => {
        const target = targetOf(tag.question);
        const was = target.tags.get(tag.id) ?? earlier.get(tag.id);
        const memory = target.memory.get(tag.id);
        if (was !== undefined && memory !== undefined) target.memory.set(tag.id, onChange(memory, was, tag, nowMs));
        target.tags.set(tag.id, tag);
        return target;
      });
      return { touched, removed };
    },
    get: (key) => targets.get(key),
    byReference: (canonical) => [...(references.get(canonical) ?? [])],
    countOf: (registry) => counts.get(registry) ?? 0,
    get size() {
      return targets.size;
    },
  };
}
