import { createHash } from 'node:crypto';
import type { KubeObject } from '@tagstream/api-types';
import { credentialsInSecrets, type KeyedCredential } from '@tagstream/registry';
import { interned } from './interned.ts';

/** A Secret as far as it is read. */
export interface Secret extends KubeObject {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>> | null;
}

/** What is kept of a Secret: its credentials, and why there are none. */
export interface SecretView {
  readonly credentials: readonly KeyedCredential[];
  /** A sentence without the content. */
  readonly problem?: string;
}

/** Types of Secrets with credentials for registries, and the key that each keeps them under. */
export const PULL_SECRET_TYPES = [
  { type: 'kubernetes.io/dockerconfigjson', field: '.dockerconfigjson' },
  { type: 'kubernetes.io/dockercfg', field: '.dockercfg' },
] as const;

/**
 * Makes the view of Secrets; undefined for one without anything for registries, or that is excluded from imports. Secrets of
 * equal content share one view.
 */
export function secretViews(): (secret: Secret) => SecretView | undefined {
  const intern = interned<SecretView>();
  return (secret) => {
    const { credentials, problems } = credentialsInSecrets([secret]);
    const [problem] = problems;
    if (problem !== undefined) return { credentials, problem };
    if (credentials.length === 0) return undefined;
    const content = createHash('sha256').update(JSON.stringify(credentials)).digest('base64');
    return intern(content, () => ({ credentials }));
  };
}

/** The Secret with the type that its content has, for one that a service account names whatever its type is. */
export function asPullSecret(secret: Secret): Secret {
  const found = PULL_SECRET_TYPES.find(({ field }) => secret.data?.[field] !== undefined);
  return found === undefined ? secret : { ...secret, type: found.type };
}
