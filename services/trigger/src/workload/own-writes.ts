/** Tells the changes that this process made to workloads from those of others, which have to be looked at. */
export interface OwnWrites {
  /** A write has made this version of a workload. */
  wrote(id: string, resourceVersion: string): void;
  /**
   * Whether the change to this version was made here; told once. The change may be heard of before the answer to the write that made
   * it, so whoever is about to look at a change asks again.
   */
  made(id: string, resourceVersion: string): boolean;
  forget(id: string): void;
}

/** Remembers one version of each workload until the change to it is heard of. */
export function createOwnWrites(): OwnWrites {
  const versions = new Map<string, string>();
  return {
    wrote: (id, resourceVersion) => void versions.set(id, resourceVersion),
    made(id, resourceVersion) {
      const isOurs = versions.get(id) === resourceVersion;
      if (isOurs) versions.delete(id);
      return isOurs;
    },
    forget: (id) => void versions.delete(id),
  };
}
