import type { BuildSource } from '@tagstream/api-types';

/** OpenShift: the branch that is meant when none is named. `main` must be written down. */
const DEFAULT_BRANCH = 'master';

/** The branch or tag that a source follows. */
export function configuredRef(source: BuildSource | null | undefined): string {
  return source?.git?.ref || DEFAULT_BRANCH;
}

/**
 * Whether a push to `eventRef` concerns a source. OpenShift: both sides lose one leading `refs/heads/` and are compared
 * exactly, so that a tag is followed only as `refs/tags/…`.
 */
export function gitRefMatches(eventRef: string, source: BuildSource | null | undefined): boolean {
  return branchName(eventRef) === branchName(configuredRef(source));
}

const branchName = (ref: string): string => ref.replace(/^refs\/heads\//, '');
