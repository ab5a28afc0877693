import { registryKey } from '@tagstream/image-ref';
import type { Credential, CredentialProvider } from '@tagstream/registry';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Text = Type.Optional(Type.String());
const Config = Compile(
  Type.Object({
    auths: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ auth: Text, username: Text, password: Text, identitytoken: Text, registrytoken: Text }),
      ),
    ),
  }),
);

interface Entry {
  readonly registry: string;
  /** Path below the host that the credential is for, empty for all of it. */
  readonly path: string;
  readonly credential: Credential;
}

/**
 * Reads a docker config file (`~/.docker/config.json`): its `auths`. Of several entries that fit, the one with the longest
 * path counts. Credential helpers are programs and not run.
 * @throws Error when the text is not such a file; it never quotes the text.
 */
export function dockerConfigCredentials(text: string): CredentialProvider {
  const entries = entriesOf(text).sort((a, b) => b.path.length - a.path.length);
  return async ({ registry, repository }) => {
    const fits = ({ registry: host, path }: Entry) =>
      host === registryKey(registry) && (path === '' || repository === path || repository.startsWith(`${path}/`));
    return entries.find(fits)?.credential;
  };
}

function entriesOf(text: string): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  if (!Config.Check(value)) throw new Error('it is not a docker config file: "auths" must be an object of objects');
  return Object.entries(value.auths ?? {}).flatMap(([key, auth]) => {
    const credential = credentialOf(auth);
    if (credential === undefined) return [];
    // Docker Hub stands there as https://index.docker.io/v1/.
    const [host = '', ...path] = key
      .replace(/^[a-z]+:\/\//, '')
      .replace(/\/+$/, '')
      .split('/');
    const below = path[0] === 'v1' || path[0] === 'v2' ? path.slice(1) : path;
    return [{ registry: registryKey(host), path: below.join('/'), credential }];
  });
}

type Auth = Readonly<Partial<Record<'auth' | 'username' | 'password' | 'identitytoken' | 'registrytoken', string>>>;

function credentialOf(auth: Auth): Credential | undefined {
  if (auth.registrytoken) return { token: auth.registrytoken };
  if (auth.identitytoken) return { identityToken: auth.identitytoken };
  if (auth.username && auth.password !== undefined) return { username: auth.username, password: auth.password };
  if (!auth.auth) return undefined;
  const pair = Buffer.from(auth.auth, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}
