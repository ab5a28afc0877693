import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parse } from 'yaml';
import { asRecord } from './as-record.ts';
import { KubeError } from './kube-error.ts';

/** A cluster, user or context of a kubeconfig file, and the file it stands in, since its paths are relative to that. */
export interface KubeconfigEntry {
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Kubeconfig files merged into one. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
}

/**
 * Reads and merges kubeconfig files. As with kubectl, the first file that names something wins and files that do not exist
 * are passed over, as long as one does.
 * @throws KubeError `invalid` naming the file that is missing, unreadable or not a kubeconfig.
 */
export async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const merged = { currentContext: undefined as string | undefined, clusters: map(), users: map(), contexts: map() };
  let found = false;
  for (const file of files) {
    const document = await readDocument(file);
    if (document === undefined) continue;
    found = true;
    merged.currentContext ??= textField({ file, fields: document }, 'current-context');
    addEntries(merged.clusters, file, document.clusters, 'cluster');
    addEntries(merged.users, file, document.users, 'user');
    addEntries(merged.contexts, file, document.contexts, 'context');
  }
  if (!found) throw new KubeError('invalid', `kubeconfig ${files.join(', ')} does not exist: check the path`);
  return merged;
}

/** A text of an entry; `undefined` when it is absent, null or empty. @throws KubeError when it is something else. */
export function textField(entry: KubeconfigEntry, name: string): string | undefined {
  const value = entry.fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new KubeError('invalid', `kubeconfig ${entry.file}: ${name} must be a string`);
}

/** A path of an entry, made absolute: it is relative to its file. */
export function pathField(entry: KubeconfigEntry, name: string): string | undefined {
  const value = textField(entry, name);
  if (value === undefined || isAbsolute(value)) return value;
  return resolve(dirname(entry.file), value);
}

/** PEM that stands base64-encoded in `<name>-data` or, only when that is absent, in the file that `<name>` points to. */
export async function pemField(entry: KubeconfigEntry, name: string): Promise<string | undefined> {
  const inline = textField(entry, `${name}-data`);
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
  const path = pathField(entry, name);
  return path === undefined ? undefined : await readText(path, `kubeconfig ${entry.file}: ${name}`);
}

/** Reads a file whose absence is the user's mistake. @throws KubeError `invalid`, `what` saying what the file is for. */
export async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new KubeError('invalid', `${what}: cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function readDocument(file: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeError('invalid', `kubeconfig ${file}: cannot be read: ${(cause as Error).message}`, { cause });
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new KubeError('invalid', `kubeconfig ${file}: not YAML: ${(cause as Error).message}`, { cause });
  }
  if (value === null) return {}; // kubectl makes an empty file when it locks one
  const document = asRecord(value);
  if (document === undefined) throw new KubeError('invalid', `kubeconfig ${file}: not a kubeconfig document`);
  return document;
}

function map(): Map<string, KubeconfigEntry> {
  return new Map();
}

/** A kubeconfig lists `{ name: shop, cluster: {…} }`. */
function addEntries(into: Map<string, KubeconfigEntry>, file: string, list: unknown, field: string): void {
  if (list === undefined || list === null) return;
  if (!Array.isArray(list)) throw new KubeError('invalid', `kubeconfig ${file}: ${field}s must be a list`);
  for (const item of list) {
    const named = asRecord(item);
    const name = named?.name;
    if (typeof name !== 'string') throw new KubeError('invalid', `kubeconfig ${file}: a ${field} has no name`);
    if (!into.has(name)) into.set(name, { file, fields: asRecord(named?.[field]) ?? {} });
  }
}
