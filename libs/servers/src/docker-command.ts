import { randomUUID } from 'node:crypto';
import { inheritedEnv } from './inherited-env.ts';
import type { Command } from './supervised-process.ts';

/** A container that runs in the foreground of `docker run`. */
export interface Container {
  readonly image: string;
  /** Arguments of `docker run` before the image: ports, mounts. */
  readonly options: readonly string[];
  readonly args: readonly string[];
  /** Name that another container can refer to; random when absent. */
  readonly name?: string;
}

/**
 * The command that runs a container like a process: `docker run` passes SIGTERM on to it, and when the docker command is
 * gone for any other reason, the container is removed by force.
 */
export function dockerCommand(docker: string, container: Container): Command {
  const name = container.name ?? `tagstream-${randomUUID()}`;
  return {
    file: docker,
    args: ['run', '--rm', '--name', name, ...container.options, container.image, ...container.args],
    env: inheritedEnv(),
    afterwards: `"${docker}" rm --force --volumes "${name}"`,
  };
}
