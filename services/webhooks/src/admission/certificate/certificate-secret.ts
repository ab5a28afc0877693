import type { KubeObject } from '@tagstream/api-types';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import { type CertificateSet, splitCertificates } from './certificate-set.ts';

/** Names the Secret that the replicas share. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>> | null;
}

/** The Secret as it was read. `set` is undefined when a part of it is missing. */
export interface StoredSet {
  readonly resourceVersion: string;
  readonly set: CertificateSet | undefined;
}

/** Reads the Secret; undefined when there is none. @throws KubeError */
export async function readSecret(kube: Pick<KubeClient, 'get'>, at: SecretName): Promise<StoredSet | undefined> {
  try {
    const { metadata, data } = await kube.get<Secret>({ resource: resources.secrets, ...at });
    const part = (name: string) => Buffer.from(data?.[name] ?? '', 'base64').toString('utf8');
    const set = {
      authorities: splitCertificates(part('ca.crt')),
      authorityKey: part('ca.key'),
      certificate: part('tls.crt'),
      key: part('tls.key'),
    };
    const isComplete = set.authorities.length > 0 && set.authorityKey && set.certificate && set.key;
    return { resourceVersion: metadata.resourceVersion ?? '', set: isComplete ? set : undefined };
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

/**
 * Stores the set, provided that the Secret is still as it was read: of replicas that do so at the same time one succeeds.
 * @returns false when another one was first.
 * @throws KubeError
 */
export async function writeSecret(
  kube: Pick<KubeClient, 'create' | 'mergePatch'>,
  at: SecretName,
  read: StoredSet | undefined,
  set: CertificateSet,
): Promise<boolean> {
  const data = encoded(set);
  try {
    if (read === undefined) {
      const secret: Secret = { metadata: { ...at }, type: 'Opaque', data };
      await kube.create(resources.secrets, secret);
    } else {
      const patch = { metadata: { resourceVersion: read.resourceVersion }, data };
      await kube.mergePatch({ resource: resources.secrets, ...at }, patch);
    }
    return true;
  } catch (error) {
    if (isKubeError(error, 'already_exists', 'conflict')) return false;
    throw error;
  }
}

function encoded({ authorities, authorityKey, certificate, key }: CertificateSet): Record<string, string> {
  const parts = {
    'ca.crt': `${authorities.join('\n')}\n`,
    'ca.key': authorityKey,
    'tls.crt': certificate,
    'tls.key': key,
  };
  return Object.fromEntries(Object.entries(parts).map(([name, pem]) => [name, Buffer.from(pem).toString('base64')]));
}
