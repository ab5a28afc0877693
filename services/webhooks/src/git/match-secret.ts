import type { NormalWebHookTrigger } from '@tagstream/api-types';
import { type Secrets, secretsOf } from '../secrets.ts';
import type { HookSecrets } from './hook-secrets.ts';

/** Which trigger a secret belongs to. */
export type SecretMatch =
  | {
      readonly kind: 'matched';
      readonly trigger: NormalWebHookTrigger;
      /** Deliveries must be signed with one of these; null where the secret in the URL is enough. */
      readonly signing: Secrets | null;
    }
  | { readonly kind: 'mismatch' }
  /** A Secret that decides about it cannot be read for now. */
  | { readonly kind: 'unknown' };

/**
 * Finds the trigger that a secret was given for. OpenShift: the first in their order, by its literal secret or by the key
 * `WebHookSecretKey` of the Secret that it names; one that may not be read ends the search. Compared in constant time.
 * @param triggers those of the hook's type.
 */
export async function matchSecret(
  namespace: string,
  shown: string,
  triggers: readonly NormalWebHookTrigger[],
  secrets: HookSecrets,
): Promise<SecretMatch> {
  if (shown === '') return { kind: 'mismatch' };
  for (const trigger of triggers) {
    const isLiteral = trigger.secret !== '' && secretsOf([trigger.secret]).matches(shown);
    if (trigger.secretName === '') {
      if (isLiteral) return { kind: 'matched', trigger, signing: null };
      continue;
    }
    const read = await secrets.read(namespace, trigger.secretName);
    if (read.kind === 'unknown') return { kind: 'unknown' };
    if (read.kind === 'refused') return { kind: 'mismatch' };
    if (read.kind === 'missing') {
      if (isLiteral) return { kind: 'matched', trigger, signing: null };
      continue;
    }
    const { value, signing } = read.secret;
    if (isLiteral || (value !== '' && secretsOf([value]).matches(shown))) {
      return { kind: 'matched', trigger, signing: signing.length === 0 ? null : secretsOf(signing) };
    }
  }
  return { kind: 'mismatch' };
}
