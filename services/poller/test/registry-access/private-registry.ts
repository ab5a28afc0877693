import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type RegistryServer, startRegistry } from '@tagstream/servers';

/** Password `secret` by bcrypt, the only hash that the distribution registry takes. */
const SECRET = '$2b$04$WwW.xGwaIfvNE8t8qXNm2untmj5wj.LsLt2Ey3BCFBSRVCbOimxRi';

/** The only user of the private registry, as an Authorization header. */
export const AUTHORIZATION = `Basic ${Buffer.from('alice:secret').toString('base64')}`;

/** The distribution registry with basic authentication: user `alice`, password `secret`. */
export async function startPrivateRegistry(): Promise<RegistryServer> {
  const dir = await mkdtemp(join(tmpdir(), 'htpasswd-'));
  const path = join(dir, 'htpasswd');
  await writeFile(path, `alice:${SECRET}\n`);
  const server = await startRegistry({ auth: { htpasswd: { realm: 'private', path } } });
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(dir, { recursive: true });
    },
  });
}

export interface SecretOptions {
  readonly type?: 'kubernetes.io/dockerconfigjson' | 'kubernetes.io/dockercfg' | 'Opaque';
  readonly username?: string;
  readonly password?: string;
  readonly annotations?: Record<string, string>;
}

/** A pull secret for a host, or for a path on it. */
export function pullSecret(namespace: string, name: string, key: string, options: SecretOptions = {}): KubeObject {
  const { type = 'kubernetes.io/dockerconfigjson', username = 'alice', password = 'secret' } = options;
  const entries = { [key]: { username, password } };
  const [field, content] =
    type === 'kubernetes.io/dockercfg' ? ['.dockercfg', entries] : ['.dockerconfigjson', { auths: entries }];
  return Object.assign(
    { metadata: { name, namespace, ...(options.annotations && { annotations: options.annotations }) } },
    { type, stringData: { [field as string]: JSON.stringify(content) } },
  );
}
