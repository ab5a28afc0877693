import type { Variable } from '../dockerfile/edit-dockerfile.ts';

/** Where buildah keeps things during one build, and which files it reads. */
export interface BuildahPlaces {
  readonly storage: string;
  readonly run: string;
  readonly registriesConf: string;
  readonly policy: string;
}

/** Options before the subcommand. Nothing of this machine's own configuration of containers is read. */
export function globalArguments(places: BuildahPlaces, isRoot: boolean): string[] {
  return [
    ...['--root', places.storage, '--runroot', places.run],
    // The one driver that needs neither rights nor a file system of a certain kind.
    ...['--storage-driver', 'vfs'],
    // Without a range of user ids a layer's owners cannot be set; the image itself keeps them.
    ...(isRoot ? [] : ['--storage-opt', 'vfs.ignore_chown_errors=true']),
    ...['--registries-conf', places.registriesConf],
  ];
}

/** Containers of a build: a chroot with namespaces of its own for mounts and the like, without a runtime or daemon. */
const ISOLATION = ['--isolation', 'chroot', '--network', 'host'];

/** Without this right root cannot leave a chroot by another chroot. */
const FEWER_RIGHTS = ['--cap-drop', 'CAP_SYS_CHROOT'];

/** What is built. */
export interface BuildArguments {
  readonly image: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly buildArgs: readonly Variable[];
  readonly noCache: boolean;
  readonly squash: boolean;
  readonly authFile: string;
  readonly policy: string;
}

/** Builds a Dockerfile and gives the image a name in the storage. */
export function buildArguments(options: BuildArguments): string[] {
  return [
    'bud',
    ...ISOLATION,
    ...FEWER_RIGHTS,
    ...['--signature-policy', options.policy, '--authfile', options.authFile],
    ...(options.noCache ? ['--no-cache'] : []),
    ...(options.squash ? ['--squash'] : []),
    ...options.buildArgs.flatMap(({ name, value }) => ['--build-arg', `${name}=${value}`]),
    ...['--tag', options.image, '--file', options.dockerfile, '--', options.context],
  ];
}

interface ReadFrom {
  readonly image: string;
  readonly authFile: string;
  readonly policy: string;
}

/** Pulls an image into the storage. */
export function pullArguments({ image, authFile, policy }: ReadFrom): string[] {
  return ['pull', '--signature-policy', policy, '--authfile', authFile, '--', `docker://${image}`];
}

/** Writes every file of an image into a directory; `dockerfile` is one of a single FROM. */
export function exportArguments(options: {
  readonly dockerfile: string;
  readonly context: string;
  readonly into: string;
  readonly authFile: string;
  readonly policy: string;
}): string[] {
  return [
    'bud',
    ...ISOLATION,
    ...['--signature-policy', options.policy, '--authfile', options.authFile],
    ...['--output', `type=local,dest=${options.into}`, '--file', options.dockerfile, '--', options.context],
  ];
}

/** Prints what is known of an image in the storage as JSON: older versions of buildah cannot print a part of it. */
export function inspectArguments(image: string): string[] {
  return ['inspect', '--type', 'image', image];
}

/** Makes a container of the new image for the command that tests it. */
export function containerArguments(image: string, policy: string): string[] {
  return [
    'from',
    ...ISOLATION,
    ...FEWER_RIGHTS,
    '--signature-policy',
    policy,
    '--pull-never',
    '--name',
    'post-commit',
    image,
  ];
}

/** Runs the command in that container. */
export function runArguments(command: readonly string[]): string[] {
  return ['run', ...ISOLATION, 'post-commit', '--', ...command];
}

/** Pushes an image and writes the digest that the registry knows it by into a file. */
export function pushArguments(options: ReadFrom & { readonly digestFile: string }): string[] {
  const { image, authFile, policy, digestFile } = options;
  return [
    'push',
    ...['--signature-policy', policy, '--authfile', authFile, '--digestfile', digestFile],
    ...[image, `docker://${image}`],
  ];
}
