import { cp, lstat, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImageSource } from '@tagstream/api-types';
import { BuildFailure } from '../build-failure.ts';
import { exportArguments } from '../buildah/buildah-arguments.ts';
import { imageName } from '../inputs/image-name.ts';
import { pathInRoot } from '../inputs/path-in-root.ts';
import { pathWithin } from '../inputs/safe-path.ts';
import { type BuildContext, buildah, buildahPlaces } from './build-context.ts';
import { pullAuthFile } from './registry-access.ts';

/**
 * Copies files of an image into the directory that is built. OpenShift: a directory is copied with its name, and only what is
 * in it when the path ends in `/.`.
 * @param at place in `spec.source.images`
 * @throws BuildFailure `FetchImageContentFailed`
 */
export async function copyImageFiles(
  context: BuildContext,
  directory: string,
  image: ImageSource,
  at: number,
): Promise<void> {
  const { workspace, log } = context;
  const reference = imageName(image.from.name);
  log.line(`Copying files of ${reference} ...`);
  const dockerfile = await workspace.file(`images/${at}.dockerfile`, `FROM ${reference}\n`);
  const into = join(workspace.root, 'images', `${at}`);
  const args = exportArguments({
    dockerfile,
    context: workspace.tmp,
    into,
    authFile: await pullAuthFile(context, image.pullSecret?.name),
    policy: buildahPlaces(workspace).policy,
  });
  await buildah(context, args, 'FetchImageContentFailed');
  for (const { sourcePath, destinationDir } of image.paths ?? []) {
    const clean = pathWithin(destinationDir);
    if (clean === undefined) throw failed(`${destinationDir} is outside of the source`);
    const from = await pathInRoot(into, sourcePath);
    const stats = await lstat(from).catch(() => undefined);
    if (stats === undefined) throw failed(`the image has no ${sourcePath}`);
    const to = await pathInRoot(directory, clean, true);
    const isContent = stats.isDirectory() && sourcePath.endsWith('/.');
    const target = isContent ? to : join(to, basename(sourcePath));
    await cp(from, target, { recursive: true, verbatimSymlinks: true, filter: isOrdinary });
  }
  await rm(into, { recursive: true, force: true });
}

/** Devices and pipes of an image are left where they are. */
async function isOrdinary(path: string): Promise<boolean> {
  const stats = await lstat(path);
  return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink();
}

function failed(why: string): BuildFailure {
  return new BuildFailure('FetchImageContentFailed', `Files of an image cannot be copied: ${why}.`);
}
