import { expect } from 'vitest';
import type { HookDecision, HookSource, HookType } from '../../src/git/git-host.ts';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { PayloadError } from '../../src/payload.ts';

/** A BuildConfig that builds this ref from git; null for one that builds from something else. */
export function source(ref: string | undefined | null, allowEnv = false): HookSource {
  const git = { uri: 'https://git.example.com/shop/web.git', ...(ref && { ref }) };
  return { source: ref === null ? {} : { git }, allowEnv };
}

export interface Given {
  readonly sample?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly source?: HookSource;
}

/** What a hook decides about a recorded request, changed as given; a refused body is told like a refusal. */
export function decide(type: HookType, given: Given): HookDecision {
  const host = gitHosts.get(type);
  const sample = host?.samples.find(({ name }) => given.sample === undefined || name === given.sample);
  if (host === undefined || sample === undefined) throw new Error(`no sample "${given.sample}" of ${type}`);
  const body = given.body === undefined ? sample.body : given.body;
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  try {
    return host.decide(bytes, { ...sample.headers, ...given.headers }, given.source ?? source('master'));
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

export const builds = (commit: string) => ({ kind: 'build', wish: { revision: { type: 'Git', git: { commit } } } });
export const refuses = (text: string) => ({ kind: 'refused', message: expect.stringContaining(text) });
export const skips = (reason: 'ping' | 'ref') => ({ kind: 'skip', reason });
