import type { FakeRegistry } from '@tagstream/testing';

/** A HEAD request for a tag and when it was seen, in milliseconds of the monotonic clock. */
export interface SeenHead {
  readonly repository: string;
  readonly atMs: number;
}

/** How exactly the time of a request is known. */
const SAMPLE_MS = 10;

/** Notes when a registry is asked about manifests by HEAD. */
export function recordHeads(fake: FakeRegistry): Disposable & { readonly heads: readonly SeenHead[] } {
  const heads: SeenHead[] = [];
  let seen = fake.requests.length;
  const sampling = setInterval(() => {
    const atMs = performance.now();
    for (const { kind, path } of fake.requests.slice(seen)) {
      if (kind === 'head_manifest') heads.push({ repository: /^\/v2\/(.+)\/manifests\//.exec(path)?.[1] ?? '', atMs });
    }
    seen = fake.requests.length;
  }, SAMPLE_MS);
  return { heads, [Symbol.dispose]: () => clearInterval(sampling) };
}

/** Times between the checks of each repository, in milliseconds, in their order. */
export function gapsOf(heads: readonly SeenHead[]): ReadonlyMap<string, readonly number[]> {
  const byRepository = Map.groupBy(heads, ({ repository }) => repository);
  return new Map(
    [...byRepository].map(([repository, seen]) => [
      repository,
      seen.slice(1).map(({ atMs }, i) => atMs - (seen[i]?.atMs ?? 0)),
    ]),
  );
}
