import { RegistryError } from './errors.ts';
import type { Credential } from './types.ts';

/** A credential under the key it is written under: `quay.io/org`, `https://index.docker.io/v1/`. */
export interface KeyedCredential {
  readonly key: string;
  readonly credential: Credential;
}

/** Longest file that is read; a Kubernetes Secret holds at most 1 MiB. */
const MAX_TEXT_LENGTH = 1024 * 1024;

/**
 * Reads the credentials of a docker configuration: `{"auths": {…}}` as in `config.json` and `.dockerconfigjson`, or the bare
 * map of the older `.dockercfg`. Entries without anything usable, such as those that a credential helper fills, are left out.
 *
 * @throws {RegistryError} `invalid`; the message never quotes the text.
 */
export function parseDockerConfig(text: string, form: 'config.json' | 'dockercfg'): readonly KeyedCredential[] {
  if (text.length > MAX_TEXT_LENGTH) throw invalid('is too long');
  const json = asObject(parseJson(text), 'is not a JSON object');
  const auths = form === 'dockercfg' ? json : asObject(json.auths ?? {}, 'has "auths" that are no object');
  return Object.entries(auths).flatMap(([key, entry]) => {
    const credential = credentialOf(asObject(entry, 'has an entry that is no object'));
    return credential === undefined ? [] : [{ key, credential }];
  });
}

type Json = Readonly<Record<string, unknown>>;

function credentialOf(entry: Json): Credential | undefined {
  const { registrytoken, identitytoken, username, password, auth } = entry;
  if (isText(registrytoken)) return { token: registrytoken };
  if (isText(identitytoken)) return { identityToken: identitytoken };
  if (isText(username) && typeof password === 'string') return { username, password };
  if (!isText(auth)) return undefined;
  const pair = Buffer.from(auth, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 1 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('is not JSON'); // without the cause: its message quotes the text
  }
}

function asObject(value: unknown, problem: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(problem);
  return value as Json; // checked the line above
}

function invalid(problem: string): RegistryError {
  return new RegistryError('invalid', `The docker configuration ${problem}.`);
}
