/** What to do about a failed import, by the reason that its condition has. */
const ADVICE: Readonly<Record<string, string>> = {
  NotFound: 'look whether the registry has this repository and tag, and whether it is spelled so in the stream',
  Unauthorized:
    'give the namespace a pull secret for this registry (kubectl create secret docker-registry), or correct the user and password in the one it has',
  Forbidden:
    'give the account of the pull secret the right to pull, or have the registry admitted (TAGSTREAM_ALLOWED_REGISTRIES)',
  BadRequest: 'set importPolicy.insecure: true if this registry speaks plain HTTP',
  Invalid: 'correct from.name: REGISTRY/REPOSITORY:TAG',
};

/** What to do about an import that failed for this reason. */
export function importAdvice(reason: string): string {
  return (
    ADVICE[reason] ?? 'it is tried again by itself; what the registry answered is in the log of the service poller'
  );
}
