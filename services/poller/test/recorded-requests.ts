import type { FakeRegistry, FakeRequestKind } from '@tagstream/testing';

/** A request about a repository and when it was seen, in milliseconds of the monotonic clock. */
interface SeenRequest {
  readonly repository: string;
  readonly atMs: number;
}

/** How a registry is asked about an image. */
export type CheckKind = Extract<FakeRequestKind, 'head_manifest' | 'get_manifest'>;

/** What was seen so far. */
export interface RecordedRequests extends Disposable {
  readonly seen: readonly SeenRequest[];
  timesOf(repository: string): number;
}

/** How exactly the time of a request is known. */
const SAMPLE_MS = 10;

/** Notes from now on when a registry is asked about manifests in this way. */
export function recordRequests(fake: FakeRegistry, wanted: CheckKind): RecordedRequests {
  const seen: SeenRequest[] = [];
  let read = fake.requests.length;
  const sampling = setInterval(() => {
    const atMs = performance.now();
    for (const { kind, path } of fake.requests.slice(read)) {
      if (kind === wanted) seen.push({ repository: /^\/v2\/(.+)\/manifests\//.exec(path)?.[1] ?? '', atMs });
    }
    read = fake.requests.length;
  }, SAMPLE_MS);
  return {
    seen,
    timesOf: (repository) => seen.filter((request) => request.repository === repository).length,
    [Symbol.dispose]: () => clearInterval(sampling),
  };
}

/** Times between the requests about each repository, in milliseconds, in their order. */
export function gapsOf(requests: readonly SeenRequest[]): ReadonlyMap<string, readonly number[]> {
  const byRepository = Map.groupBy(requests, ({ repository }) => repository);
  return new Map(
    [...byRepository].map(([repository, seen]) => [
      repository,
      seen.slice(1).map(({ atMs }, i) => atMs - (seen[i]?.atMs ?? 0)),
    ]),
  );
}
