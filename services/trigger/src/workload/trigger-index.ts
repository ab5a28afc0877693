import type { WorkloadKey } from './workload-view.ts';

/**
 * Which workloads follow which tag. An entry is replaced as a whole when its workload changes; finding the followers of a tag is
 * one lookup, however many workloads there are.
 */
export class TriggerIndex {
  readonly #followers = new Map<string, Map<string, WorkloadKey>>();
  readonly #tags = new Map<string, readonly string[]>();

  /** Sets the tags, as `namespace/stream:tag`, that a workload follows; none removes it. */
  set(workload: WorkloadKey, tags: readonly string[]): void {
    for (const tag of this.#tags.get(workload.id) ?? []) {
      const followers = this.#followers.get(tag);
      followers?.delete(workload.id);
      if (followers?.size === 0) this.#followers.delete(tag);
    }
    if (tags.length === 0) {
      this.#tags.delete(workload.id);
      return;
    }
    this.#tags.set(workload.id, tags);
    for (const tag of tags) {
      const followers = this.#followers.get(tag) ?? new Map<string, WorkloadKey>();
      followers.set(workload.id, workload);
      this.#followers.set(tag, followers);
    }
  }

  /** The workloads that follow a tag, given as `namespace/stream:tag`. */
  followers(tag: string): WorkloadKey[] {
    return [...(this.#followers.get(tag)?.values() ?? [])];
  }

  /** Every workload with at least one trigger. */
  *workloads(): IterableIterator<WorkloadKey> {
    const seen = new Set<string>();
    for (const followers of this.#followers.values()) {
      for (const [id, workload] of followers) {
        if (seen.has(id)) continue;
        seen.add(id);
        yield workload;
      }
    }
  }

  get size(): number {
    return this.#tags.size;
  }
}
