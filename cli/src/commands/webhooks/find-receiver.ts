import { readFile } from 'node:fs/promises';
import { CliError, usageError } from '../../cli-error.ts';
import type { Host } from '../../host.ts';

/** A receiver as its file has it. */
export interface FoundReceiver {
  readonly name: string;
  /** Its kind of sender. */
  readonly sender: string;
  /** How to prove oneself; undefined when the file alone does not tell. */
  readonly proof: 'none' | { readonly secret: string } | undefined;
}

/**
 * Finds a receiver in a receivers file, with the first of its secrets that can be read here.
 * @throws CliError for a file that cannot be read or used; usage when it has no such receiver
 */
export async function findReceiver(host: Host, path: string, name: string): Promise<FoundReceiver> {
  // Loaded only here: the formats of all senders are compiled with it.
  const { parseReceivers, ReceiversError } = await import('@tagstream/webhooks/receivers');
  try {
    const definitions = parseReceivers(await readText(path));
    const found = definitions.find((one) => one.name === name);
    if (found === undefined) {
      const names = definitions.map((one) => one.name).join(', ');
      throw usageError(`the file "${path}" has no receiver "${name}"; it has ${names || 'none'}`);
    }
    const { sender, secrets = [], allowAnybody = false } = found;
    const secret = allowAnybody ? undefined : await firstSecret(host, secrets);
    return { name, sender, proof: allowAnybody ? 'none' : secret === undefined ? undefined : { secret } };
  } catch (error) {
    if (error instanceof ReceiversError)
      throw new CliError(`the file "${path}" cannot be used: ${error.message}`, { cause: error });
    throw error;
  }
}

type SecretSource = { readonly value: string } | { readonly file: string } | { readonly env: string };

/** Paths and variables are those of the service: not all of them are there where a person sits. */
async function firstSecret({ env }: Host, sources: readonly SecretSource[]): Promise<string | undefined> {
  for (const source of sources) {
    if ('value' in source) return source.value;
    const text = 'env' in source ? (env[source.env] ?? '') : await readFile(source.file, 'utf8').catch(() => '');
    const [secret] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (secret !== undefined) return secret.trim();
  }
  return undefined;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(`the file "${path}" cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
