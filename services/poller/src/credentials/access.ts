import { createHmac, randomBytes } from 'node:crypto';
import { connectionTarget, type ImageReference, normalForm } from '@tagstream/image-ref';
import type { Credential, CredentialProvider, CredentialTarget, PullSource } from '@tagstream/registry';
import type { Lookup } from './pull-secrets.ts';

/** How a reference is reached, where that takes more than asking its registry as anybody. */
export interface Access {
  /**
   * Equal when a reference is reached in the same way with the same credentials. It is a keyed hash under a key of this
   * process, so that nobody can find out a password by trying.
   */
  readonly identity: string;
  /** Answers what applied when this was made, whatever has become of the Secrets since. */
  readonly credentials: CredentialProvider;
}

/** Finds the access to a reference for the tags of a namespace; undefined when nothing applies. */
export type AccessOf = (namespace: string, reference: ImageReference) => Access | undefined;

export interface AccessDeps {
  readonly lookup: (namespace: string) => Lookup;
  readonly sourcesOf: (reference: ImageReference) => readonly PullSource[];
  /** Tells apart the certificate authorities of a host; undefined for the usual ones. */
  readonly authoritiesVersion: (host: string) => string | undefined;
  /** Asked when no Secret has a credential. */
  readonly otherwise: CredentialProvider;
}

/** Characters of an identity: 128 bits. */
const IDENTITY_LENGTH = 22;

/** Makes the finder. */
export function createAccessOf({ lookup, sourcesOf, authoritiesVersion, otherwise }: AccessDeps): AccessOf {
  const secret = randomBytes(32);
  return (namespace, reference) => {
    const find = lookup(namespace);
    const places = sourcesOf(reference).map(({ reference: at, kind, insecure }) => {
      const { host, repository } = connectionTarget(at);
      const target = { registry: normalForm(at).registry, repository };
      return { target, kind, insecure, credential: find(target), authorities: authoritiesVersion(host) };
    });
    const isPlain = places.every(
      ({ kind, credential, authorities }) => kind === 'source' && credential === undefined && authorities === undefined,
    );
    if (isPlain) return undefined;
    const known = new Map(places.map(({ target, credential }) => [keyOf(target), credential]));
    const identity = createHmac('sha256', secret).update(JSON.stringify(places)).digest('base64url');
    return {
      identity: identity.slice(0, IDENTITY_LENGTH),
      credentials: async (target): Promise<Credential | undefined> => known.get(keyOf(target)) ?? otherwise(target),
    };
  };
}

function keyOf({ registry, repository }: CredentialTarget): string {
  return `${registry}/${repository}`;
}
