/** Which members belong to which groups: a member is replaced as a whole, the members of a group are one lookup. */
export class GroupIndex<M> {
  readonly #groups = new Map<string, Map<string, M>>();
  readonly #groupsOf = new Map<string, readonly string[]>();

  /** Puts a member into exactly these groups; none removes it. */
  set(id: string, member: M, groups: readonly string[]): void {
    for (const group of this.#groupsOf.get(id) ?? []) {
      const members = this.#groups.get(group);
      members?.delete(id);
      if (members?.size === 0) this.#groups.delete(group);
    }
    if (groups.length === 0) {
      this.#groupsOf.delete(id);
      return;
    }
    this.#groupsOf.set(id, groups);
    for (const group of groups) {
      const members = this.#groups.get(group) ?? new Map<string, M>();
      this.#groups.set(group, members.set(id, member));
    }
  }

  members(group: string): M[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }
}
