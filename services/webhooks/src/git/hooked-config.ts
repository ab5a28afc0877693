import { type BuildConfig, type NormalWebHookTrigger, normalizeBuildConfig } from '@tagstream/api-types';
import type { GitHost, HookSource } from './git-host.ts';

/** What is kept of a BuildConfig: enough to tell whether a hook is for it. */
export interface HookedConfig {
  readonly source: HookSource['source'];
  /** Triggers with a URL, in their order. */
  readonly triggers: readonly NormalWebHookTrigger[];
}

/** Undefined for a BuildConfig without hooks. */
export function hookedConfig(bc: BuildConfig): HookedConfig | undefined {
  const { spec } = normalizeBuildConfig(bc);
  const triggers = spec.triggers.filter((trigger) => isWebHook(trigger) && trigger.hasBody) as NormalWebHookTrigger[];
  if (triggers.length === 0) return undefined;
  const git = spec.source?.git;
  return { source: git ? { git: { uri: git.uri, ...(git.ref && { ref: git.ref }) } } : {}, triggers };
}

/** The triggers that a kind of hook is for. */
export function triggersOf(config: HookedConfig, host: GitHost): readonly NormalWebHookTrigger[] {
  return config.triggers.filter(({ type }) => type === host.trigger);
}

function isWebHook(trigger: { readonly type: string }): trigger is NormalWebHookTrigger {
  return trigger.type !== 'ConfigChange' && trigger.type !== 'ImageChange';
}
