import type { Build } from '@tagstream/api-types';
import { inspectArguments } from '../buildah/buildah-arguments.ts';
import { type BuildContext, buildah } from './build-context.ts';
import { readBuilderImage } from './builder-image.ts';

type PostCommit = NonNullable<Build['spec']['postCommit']>;

/**
 * The command that tests a new image; undefined when there is none. OpenShift: a script runs in a shell of the image and
 * gets the arguments; a command replaces the image's entrypoint; arguments alone go to the entrypoint.
 */
export async function postCommitCommand(
  context: BuildContext,
  image: string,
  { script, command, args }: PostCommit,
): Promise<readonly string[] | undefined> {
  if (script) return ['/bin/sh', '-ic', script, '/bin/sh', ...(args ?? [])];
  if (command?.length) return [...command, ...(args ?? [])];
  if (!args?.length) return undefined;
  const config = await buildah(context, inspectArguments(image), 'PostCommitHookFailed', true);
  return [...readBuilderImage(config).entrypoint, ...args];
}
