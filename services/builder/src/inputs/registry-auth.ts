import { credentialsInSecrets, type KeyedCredential, type PullSecret } from '@tagstream/registry';

/** A file of credentials as buildah reads it, and what of it must not appear in a log. */
export interface RegistryAuth {
  readonly json: string;
  readonly secrets: readonly string[];
  /** How many registries it is good for. */
  readonly registries: number;
}

/**
 * The credentials in docker Secrets as one file for buildah (containers-auth.json(5)). Of two for the same registry the
 * earlier one counts.
 */
export function registryAuth(secrets: readonly PullSecret[]): RegistryAuth {
  const { credentials } = credentialsInSecrets(secrets);
  const auths: Record<string, object> = {};
  const hidden: string[] = [];
  for (const { key, credential } of credentials) {
    const entry = entryOf(credential);
    const host = withoutScheme(key);
    if (entry === undefined || host in auths) continue;
    auths[host] = entry;
    hidden.push(...secretsOf(credential));
  }
  return { json: JSON.stringify({ auths }), secrets: hidden, registries: Object.keys(auths).length };
}

/** A registry token is not among what such a file can hold. */
function entryOf(credential: KeyedCredential['credential']): object | undefined {
  if ('username' in credential) {
    return { auth: Buffer.from(`${credential.username}:${credential.password}`).toString('base64') };
  }
  return 'identityToken' in credential ? { auth: '', identitytoken: credential.identityToken } : undefined;
}

function secretsOf(credential: KeyedCredential['credential']): string[] {
  if ('username' in credential) {
    return [credential.password, Buffer.from(`${credential.username}:${credential.password}`).toString('base64')];
  }
  return 'identityToken' in credential ? [credential.identityToken] : [credential.token];
}

/** `https://index.docker.io/v1/` is what `docker login` writes for Docker Hub. */
function withoutScheme(key: string): string {
  const plain = key.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
  return plain === 'index.docker.io' ? 'docker.io' : plain;
}
