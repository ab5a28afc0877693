import { checkCommit, checkGitRef, isFullCommit } from './git-source.ts';

/** One call of git, without the word `git`. */
export type GitArguments = readonly string[];

/** How a commit gets into an empty repository: the first way, or the second when the server refuses the first. */
export interface ClonePlan {
  readonly first: readonly GitArguments[];
  readonly otherwise?: readonly GitArguments[];
}

/** Options of every call: no hooks of the repository, no transport that runs commands, whatever a submodule says. */
export const safeOptions: readonly string[] = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'protocol.ext.allow=never',
  '-c',
  'advice.detachedHead=false',
];

const EVERYTHING = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];

/**
 * The calls that bring one commit into a repository made by `git init`. A branch, a tag or a full commit id is fetched
 * alone; a server may refuse a commit id that no branch ends with, and an abbreviated one can only be looked up in
 * everything. OpenShift: a commit comes before a branch, and without either it is the repository's default branch.
 * @throws BuildFailure `FetchSourceFailed`
 */
export function clonePlan(uri: string, want: { readonly ref?: string; readonly commit?: string }): ClonePlan {
  const ref = want.ref ? checkGitRef(want.ref) : '';
  const commit = want.commit ? checkCommit(want.commit) : isFullCommit(ref) ? ref : '';
  const checkout = (what: string): GitArguments => ['checkout', '--quiet', '--detach', what];
  if (commit === '') return { first: [fetchOne(uri, ref || 'HEAD'), checkout('FETCH_HEAD')] };
  const all: GitArguments[] = [['fetch', '--quiet', '--', uri, ...EVERYTHING, ...extraRef(ref)], checkout(commit)];
  if (!isFullCommit(commit)) return { first: all };
  return { first: [fetchOne(uri, commit), checkout('FETCH_HEAD')], otherwise: all };
}

/** A ref beside branches and tags, such as that of a pull request, is fetched too. */
function extraRef(ref: string): string[] {
  return ref.startsWith('refs/') && !/^refs\/(heads|tags)\//.test(ref) ? [`+${ref}:refs/wanted`] : [];
}

function fetchOne(uri: string, what: string): GitArguments {
  return ['fetch', '--quiet', '--depth=1', '--', uri, what];
}

/** Submodules, as shallow as the rest. */
export const submodules: GitArguments = ['submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1'];

const FIELDS = ['commit', 'author', 'authorEmail', 'committer', 'committerEmail', 'date', 'message'] as const;

/** What is known of the commit that is built. */
export type CommitFacts = Readonly<Record<(typeof FIELDS)[number], string>>;

/** Asks for the facts of the commit that is checked out. */
export const showCommit: GitArguments = [
  'log',
  '-1',
  '--no-show-signature',
  '--format=%H%x00%an%x00%ae%x00%cn%x00%ce%x00%ad%x00%s',
];

/** Reads the answer to {@link showCommit}. */
export function parseCommit(output: string): CommitFacts {
  const parts = output.trimEnd().split('\0');
  return Object.fromEntries(FIELDS.map((field, at) => [field, parts[at] ?? ''])) as CommitFacts; // one key for each field
}
