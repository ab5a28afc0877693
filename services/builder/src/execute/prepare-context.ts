import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure } from '../build-failure.ts';
import { pathInRoot } from '../inputs/path-in-root.ts';
import { pathWithin } from '../inputs/safe-path.ts';
import type { BuildContext } from './build-context.ts';
import { copyImageFiles } from './copy-image-files.ts';

/** Keys of Secrets and ConfigMaps become file names. */
const FILE_NAME = /^(?!\.\.?$)[-._a-zA-Z0-9]{1,253}$/;

/**
 * Finds the directory that is built, and lays the other inputs into it: files of images, Secrets and ConfigMaps.
 * @returns its path
 * @throws BuildFailure `InvalidContextDirectory`, `FetchImageContentFailed`, `GenericBuildFailed`
 */
export async function prepareContext(context: BuildContext): Promise<string> {
  const { build, inputs, workspace } = context;
  const { source } = build.spec;
  const directory = await contextDirectory(workspace.source, source?.contextDir ?? '');
  for (const [at, image] of (source?.images ?? []).entries()) {
    if (image.paths?.length) await copyImageFiles(context, directory, image, at);
  }
  for (const { secret, destinationDir } of source?.secrets ?? []) {
    context.log.hide(valuesOf(inputs.secrets.get(secret.name)));
    await writeKeys(directory, destinationDir ?? '', `Secret ${secret.name}`, inputs.secrets.get(secret.name));
  }
  for (const { configMap, destinationDir } of source?.configMaps ?? []) {
    const data = inputs.configMaps.get(configMap.name);
    await writeKeys(directory, destinationDir ?? '', `ConfigMap ${configMap.name}`, data);
  }
  return directory;
}

async function contextDirectory(source: string, contextDir: string): Promise<string> {
  const clean = pathWithin(contextDir);
  if (clean === undefined) {
    throw new BuildFailure('InvalidContextDirectory', `The context directory ${contextDir} is outside of the source.`);
  }
  const directory = await pathInRoot(source, clean);
  const stats = await stat(directory).catch(() => undefined);
  if (stats?.isDirectory()) return directory;
  throw new BuildFailure('InvalidContextDirectory', `The source has no directory ${contextDir}.`);
}

async function writeKeys(
  directory: string,
  destinationDir: string,
  what: string,
  data: Readonly<Record<string, Uint8Array>> | undefined,
): Promise<void> {
  if (data === undefined) throw new BuildFailure('GenericBuildFailed', `The ${what} does not exist.`);
  const clean = pathWithin(destinationDir);
  if (clean === undefined) throw new BuildFailure('GenericBuildFailed', `${destinationDir} is outside of the source.`);
  const into = await pathInRoot(directory, clean, true);
  for (const [key, value] of Object.entries(data)) {
    if (!FILE_NAME.test(key)) throw new BuildFailure('GenericBuildFailed', `${key} in the ${what} is no file name.`);
    // A link of that name would lead elsewhere: it is replaced.
    const file = join(into, key);
    await rm(file, { recursive: true, force: true });
    await writeFile(file, value, { mode: 0o600 });
  }
}

function valuesOf(data: Readonly<Record<string, Uint8Array>> | undefined): string[] {
  return Object.values(data ?? {}).map((value) => Buffer.from(value).toString('utf8'));
}

/** Path of a file in a directory that a build filled: links lead nowhere else. */
export async function fileIn(directory: string, path: string): Promise<string | undefined> {
  const found = await pathInRoot(directory, path);
  const stats = await stat(found).catch(() => undefined);
  return stats?.isFile() ? found : undefined;
}
