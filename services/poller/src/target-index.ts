import { rendezvous } from '@tagstream/bus';
import { turnOffset } from '@tagstream/events';
import type { Timed } from './lanes/due-heap.ts';
import { onChange, type TagMemory } from './memory.ts';
import type { Question } from './question.ts';
import type { Holdings } from './share/budget.ts';
import type { TagView } from './tag-view.ts';

/** A tag that wants the answer to a question. */
export interface FollowedTag {
  /** As its stream has it now. */
  readonly view: TagView;
  /** What is remembered of it, undefined before the first check. Whoever checks it writes this. */
  memory: TagMemory | undefined;
}

/** A question and everybody who wants its answer. */
export interface Target extends Timed {
  readonly question: Question;
  /** By the ids of the tags. */
  readonly tags: ReadonlyMap<string, FollowedTag>;
  /** How far into the interval its turns are. */
  readonly offset: number;
  /** The replica that checks it, undefined while nobody is known. */
  readonly owner: string | undefined;
  /** Turns before this instant are not made up for. */
  readonly fromMs: number;
  /** How often in a row its answer could not be published. */
  failures: number;
}

interface OwnTarget extends Target {
  readonly tags: Map<string, { view: TagView; memory: TagMemory | undefined }>;
  owner: string | undefined;
  fromMs: number;
}

/** All targets there are, kept in step with the ImageStreams and with who owns them. */
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
  /**
   * Shares the targets out anew.
   * @param fromMs for those that change their owner: turns before this instant are not made up for.
   * @returns the targets that changed their owner.
   */
  setMembers(members: readonly string[], fromMs: number): readonly Target[];
  /** The target that a question with this key has now. */
  get(key: string): Target | undefined;
  /** The target that asks for a tag. */
  targetOf(tag: TagView): Target | undefined;
  /** Every way in which a reference is asked for; empty for one that no stream follows. */
  byReference(canonical: string): readonly Target[];
  /** How many targets of a registry each replica owns. */
  holdingsOf(registry: string): Holdings;
  /** How many targets there are of a registry. */
  countOf(registry: string): number;
  /** How many targets a replica owns. */
  ownedBy(member: string): number;
  readonly size: number;
}

/** Stands for the owner of a target that has none, in counts. */
const NOBODY = '';

/** An empty index without members. */
export function createTargetIndex(): TargetIndex {
  const targets = new Map<string, OwnTarget>();
  /** Nearly always one: a reference that is asked for in one way. */
  const references = new Map<string, readonly OwnTarget[]>();
  const holdings = new Map<string, Map<string, number>>();
  const owned = new Map<string, number>();
  let ownerOf = rendezvous([]);

  function byReference(canonical: string): readonly OwnTarget[] {
    return references.get(canonical) ?? [];
  }

  function targetOf(question: Question, nowMs: number): OwnTarget {
    const known = targets.get(question.key);
    if (known !== undefined) return known;
    const target: OwnTarget = {
      question,
      tags: new Map(),
      // Not by the key: that holds what only this process knows, and replicas agree on the turns.
      offset: turnOffset(question.canonical),
      owner: ownerOf(question.repository),
      fromMs: nowMs,
      failures: 0,
      dueAtMs: 0,
      heapIndex: -1,
    };
    targets.set(question.key, target);
    references.set(question.canonical, [...byReference(question.canonical), target]);
    count(target, 1);
    return target;
  }

  function count({ question: { registry }, owner = NOBODY }: Target, change: 1 | -1): void {
    const held = holdings.get(registry) ?? new Map<string, number>();
    add(held, owner, change);
    add(owned, owner, change);
    if (held.size === 0) holdings.delete(registry);
    else holdings.set(registry, held);
  }

  function remove(tag: TagView): OwnTarget | undefined {
    const target = targets.get(tag.question.key);
    if (target === undefined) return undefined;
    target.tags.delete(tag.id);
    if (target.tags.size > 0) return undefined;
    targets.delete(target.question.key);
    const others = byReference(target.question.canonical).filter((other) => other !== target);
    if (others.length === 0) references.delete(target.question.canonical);
    else references.set(target.question.canonical, others);
    count(target, -1);
    return target;
  }

  return {
    apply(now, before, nowMs) {
      const present = new Map(now.map((tag) => [tag.id, tag]));
      const gone = before.filter((tag) => present.get(tag.id)?.question.key !== tag.question.key);
      const removed = gone.flatMap((tag) => remove(tag) ?? []);
      const touched = now.map((tag) => {
        const target = targetOf(tag.question, nowMs);
        const followed = target.tags.get(tag.id);
        if (followed === undefined) target.tags.set(tag.id, { view: tag, memory: undefined });
        else {
          if (followed.memory !== undefined) followed.memory = onChange(followed.memory, followed.view, tag, nowMs);
          followed.view = tag;
        }
        return target;
      });
      return { touched, removed };
    },
    setMembers(members, fromMs) {
      ownerOf = rendezvous(members);
      const owners = new Map<string, string | undefined>();
      const moved: OwnTarget[] = [];
      for (const target of targets.values()) {
        const { repository } = target.question;
        if (!owners.has(repository)) owners.set(repository, ownerOf(repository));
        const owner = owners.get(repository);
        if (owner === target.owner) continue;
        count(target, -1);
        target.owner = owner;
        target.fromMs = fromMs;
        count(target, 1);
        moved.push(target);
      }
      return moved;
    },
    ownedBy: (member) => owned.get(member) ?? 0,
    get: (key) => targets.get(key),
    targetOf: ({ id, question }) => byReference(question.canonical).find(({ tags }) => tags.has(id)),
    byReference,
    holdingsOf: (registry) => holdings.get(registry) ?? new Map(),
    countOf: (registry) => [...(holdings.get(registry) ?? new Map()).values()].reduce((sum, held) => sum + held, 0),
    get size() {
      return targets.size;
    },
  };
}

function add(counts: Map<string, number>, name: string, change: 1 | -1): void {
  const left = (counts.get(name) ?? 0) + change;
  if (left === 0) counts.delete(name);
  else counts.set(name, left);
}
