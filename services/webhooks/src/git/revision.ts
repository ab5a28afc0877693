import type { SourceControlUser, SourceRevision } from '@tagstream/api-types';
import { type Static, Type } from 'typebox';
import { OptionalText } from '../payload.ts';

/** A person as git hosts write one. */
export const UserShape = Type.Optional(
  Type.Union([Type.Object({ name: OptionalText, email: OptionalText }), Type.Null()]),
);

type Text = string | null | undefined;
type User = Static<typeof UserShape> | undefined;

/** Longest commit message and longest name that a Build carries; the rest is in git. */
const MAX_MESSAGE = 4_000;
const MAX_NAME = 256;

/** What can be a commit or the name of one. What begins with a dash would be an option to git. */
const COMMIT = /^[A-Za-z0-9_][A-Za-z0-9_.+/^~@{}-]{0,255}$/;

/** What git hosts write where there is no commit: the state after a deletion. */
const NO_COMMIT = /^0{40}(0{24})?$/;

/** What a hook says about a commit. */
export interface CommitFacts {
  readonly commit?: Text;
  readonly author?: User;
  readonly committer?: User;
  readonly message?: Text;
}

/** The revision of a Build. What is missing, or cannot be a commit, is left out: the build is of the branch then. */
export function revisionOf({ commit, author, committer, message }: CommitFacts): SourceRevision {
  return {
    type: 'Git',
    git: {
      ...(commit && COMMIT.test(commit) && !NO_COMMIT.test(commit) && { commit }),
      ...userOf('author', author),
      ...userOf('committer', committer),
      ...(message && { message: clipped(message, MAX_MESSAGE) }),
    },
  };
}

function userOf(role: 'author' | 'committer', user: User): { [role]?: SourceControlUser } {
  if (!user?.name && !user?.email) return {};
  return {
    [role]: {
      ...(user.name && { name: clipped(user.name, MAX_NAME) }),
      ...(user.email && { email: clipped(user.email, MAX_NAME) }),
    },
  };
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
