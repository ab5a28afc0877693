import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { NameRegistry } from '../sender.ts';
import { parseReceivers, type ReceiverDefinition } from './definition.ts';
import { makeReceiver } from './make-receiver.ts';
import type { Receivers } from './receiver.ts';
import { ReceiversError } from './receivers-error.ts';

/** Largest file that is read: a thousand receivers have room in it, and a wrong path does not fill the memory. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Shortest secret that is taken: shorter ones can be guessed, above all in a path. */
const MIN_SECRET_LENGTH = 16;

/** What loading needs from outside. */
export interface LoadOptions {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nameRegistry: NameRegistry;
}

/** The receivers of a file. */
export interface LoadedReceivers extends Receivers {
  readonly count: number;
  /** Every file that was read, the receivers file first. */
  readonly files: readonly string[];
  /** Hash of all that was read: equal for equal contents. */
  readonly fingerprint: string;
}

/**
 * Reads the receivers file and the secrets that it refers to.
 * @throws ReceiversError with every problem; none of them shows a secret.
 */
export async function loadReceivers({ path, env, nameRegistry }: LoadOptions): Promise<LoadedReceivers> {
  const hash = createHash('sha256');
  const files = [path];
  const text = await readText(path, 'The receivers file');
  hash.update(text);
  const definitions = parseReceivers(text);
  const problems: string[] = [];
  const receivers = new Map<string, ReturnType<typeof makeReceiver>>();
  for (const definition of definitions) {
    const secrets: string[] = [];
    for (const source of definition.secrets ?? []) {
      if ('file' in source) files.push(source.file);
      try {
        secrets.push(...(await secretsIn(source, env)));
      } catch (error) {
        if (!(error instanceof ReceiversError)) throw error;
        problems.push(...error.problems.map((problem) => `receiver ${definition.name}: ${problem}`));
      }
    }
    hash.update('\0').update(secrets.join('\0'));
    receivers.set(definition.name, makeReceiver(definition, secrets, nameRegistry));
  }
  if (problems.length > 0) throw new ReceiversError(problems);
  return {
    get: (name) => receivers.get(name),
    count: receivers.size,
    files: [...new Set(files)],
    fingerprint: hash.digest('hex'),
  };
}

type SecretSource = NonNullable<ReceiverDefinition['secrets']>[number];

async function secretsIn(source: SecretSource, env: LoadOptions['env']): Promise<readonly string[]> {
  const { text, where } = await findSecret(source, env);
  const secrets = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (secrets.length === 0) throw new ReceiversError([`${where} is empty.`]);
  if (secrets.some((secret) => secret.length < MIN_SECRET_LENGTH)) {
    throw new ReceiversError([`${where} is shorter than ${MIN_SECRET_LENGTH} characters.`]);
  }
  return secrets;
}

async function findSecret(source: SecretSource, env: LoadOptions['env']): Promise<{ text: string; where: string }> {
  if ('value' in source) return { text: source.value, where: 'a secret' };
  if ('env' in source) return { text: env[source.env] ?? '', where: `the environment variable ${source.env}` };
  return { text: await readText(source.file, 'A secret file'), where: `the secret file ${source.file}` };
}

async function readText(path: string, what: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ReceiversError([`${what} ${path} cannot be read: ${(error as Error).message}.`]);
  }
}
