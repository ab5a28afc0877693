import type { GitHost } from '../git-host.ts';
import { bitbucket } from './bitbucket.ts';
import { generic } from './generic.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

/** Every kind of hook that a BuildConfig can have, by the last part of its URL. */
export const gitHosts: ReadonlyMap<string, GitHost> = new Map(
  [github, gitlab, bitbucket, generic].map((host) => [host.type, host]),
);
