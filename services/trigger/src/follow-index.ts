/**
 * Which followers follow which things. An entry is replaced as a whole when its follower changes; finding the followers of
 * a thing is one look-up, however many there are.
 */
export class FollowIndex<F extends { readonly id: string }> {
  readonly #followers = new Map<string, Map<string, F>>();
  readonly #followed = new Map<string, readonly string[]>();

  /** Sets the keys of the things that a follower follows; none removes it. */
  set(follower: F, things: readonly string[]): void {
    for (const thing of this.#followed.get(follower.id) ?? []) {
      const followers = this.#followers.get(thing);
      followers?.delete(follower.id);
      if (followers?.size === 0) this.#followers.delete(thing);
    }
    if (things.length === 0) {
      this.#followed.delete(follower.id);
      return;
    }
    this.#followed.set(follower.id, things);
    for (const thing of things) {
      const followers = this.#followers.get(thing) ?? new Map<string, F>();
      followers.set(follower.id, follower);
      this.#followers.set(thing, followers);
    }
  }

  followers(thing: string): F[] {
    return [...(this.#followers.get(thing)?.values() ?? [])];
  }
}
