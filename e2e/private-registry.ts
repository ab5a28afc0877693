import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type RegistryOptions, type RegistryServer, startRegistry } from '@tagstream/servers';
import { buildImage, pushImage } from '@tagstream/testing';

/** Passwords that the only user, `alice`, can be given, by bcrypt: the only hash that the distribution registry takes. */
const HASHES = {
  secret: '$2b$04$WwW.xGwaIfvNE8t8qXNm2untmj5wj.LsLt2Ey3BCFBSRVCbOimxRi',
  rotated: '$2b$04$abcdefghijklmnopqrstuuSyk/X/xTlNvaSy3dDba9.wRaPRcYK7K',
} as const;

export type Password = keyof typeof HASHES;

/** The distribution registry with basic authentication. */
export interface PrivateRegistry extends AsyncDisposable {
  readonly server: RegistryServer;
  /** Pushes a version as its user; resolves with the reference by digest. The same version is the same image. */
  push(repository: string, tag: string, version: string): Promise<string>;
  /** Takes the password away and gives the user another one, while the registry runs. */
  changePassword(password: Password): Promise<void>;
}

/** Starts a registry in which only `alice` may read and write, with the password `secret`. */
export async function startPrivateRegistry(options: Omit<RegistryOptions, 'auth'>): Promise<PrivateRegistry> {
  await using started = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'htpasswd-'));
  started.defer(() => rm(dir, { recursive: true }));
  const path = join(dir, 'htpasswd');
  let password: Password = 'secret';
  const write = () => writeFile(path, `alice:${HASHES[password]}\n`);
  await write();
  const server = started.use(await startRegistry({ ...options, auth: { htpasswd: { realm: 'private', path } } }));
  const kept = started.move();
  return {
    server,
    async push(repository, tag, version) {
      const image = buildImage({ seed: version, labels: { version } });
      const authorization = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`;
      await pushImage(server.host, repository, tag, image, { headers: { authorization } });
      return `${server.host}/${repository}@${image.digest}`;
    },
    async changePassword(next) {
      password = next;
      await write(); // the registry looks at the file's time of change at each request
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** A pull secret, as `kubectl create secret docker-registry` makes it. */
export function pullSecret(namespace: string, host: string, password: string): KubeObject {
  const auths = { [host]: { username: 'alice', password } };
  return Object.assign(
    { metadata: { name: 'registry', namespace } },
    { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': JSON.stringify({ auths }) } },
  );
}
