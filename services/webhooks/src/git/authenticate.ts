import type { NormalWebHookTrigger } from '@tagstream/api-types';
import type { Secrets } from '../secrets.ts';
import type { HookAddress } from './hook-address.ts';
import type { HookSecrets } from './hook-secrets.ts';
import { type HookedConfig, triggersOf } from './hooked-config.ts';
import { matchSecret } from './match-secret.ts';

/** A hook whose secret in the URL was right. */
export interface KnownHook {
  readonly kind: 'known';
  readonly address: HookAddress;
  readonly config: HookedConfig;
  readonly trigger: NormalWebHookTrigger;
  readonly signing: Secrets | null;
}

export type Authentication =
  | KnownHook
  /** No such BuildConfig, no such trigger, or another secret: told apart for the log only. */
  | { readonly kind: 'refused'; readonly isConfig: boolean }
  | { readonly kind: 'unknown' };

export interface AuthenticateDeps {
  /** `unknown` while the BuildConfigs have not been read. */
  readonly configs: (namespace: string, name: string) => HookedConfig | undefined | 'unknown';
  readonly secrets: HookSecrets;
}

/** Decides by the URL alone who sends, before the body is read. OpenShift's order: BuildConfig, trigger, secret. */
export async function authenticate(address: HookAddress, deps: AuthenticateDeps): Promise<Authentication> {
  const { namespace, name, secret, host } = address;
  const config = deps.configs(namespace, name);
  if (config === 'unknown') return { kind: 'unknown' };
  if (config === undefined) return { kind: 'refused', isConfig: false };
  const match = await matchSecret(namespace, secret, triggersOf(config, host), deps.secrets);
  switch (match.kind) {
    case 'unknown':
      return { kind: 'unknown' };
    case 'mismatch':
      return { kind: 'refused', isConfig: true };
    case 'matched':
      return { kind: 'known', address, config, trigger: match.trigger, signing: match.signing };
  }
}
