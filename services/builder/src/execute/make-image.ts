import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalBuildStrategy } from '@tagstream/api-types';
import { BuildFailure } from '../build-failure.ts';
import { buildArguments, inspectArguments, pullArguments } from '../buildah/buildah-arguments.ts';
import { loopbackRegistries, registriesConf, SIGNATURE_POLICY } from '../buildah/configuration-files.ts';
import { editDockerfile, type Variable } from '../dockerfile/edit-dockerfile.ts';
import { parseEnvironmentFile, S2I_SOURCE_DIR, s2iDockerfile } from '../dockerfile/s2i-dockerfile.ts';
import { resolveEnv } from '../inputs/build-env.ts';
import { imageName } from '../inputs/image-name.ts';
import { pathWithin } from '../inputs/safe-path.ts';
import { type BuildContext, buildah, buildahPlaces } from './build-context.ts';
import { readBuilderImage } from './builder-image.ts';
import { fileIn } from './prepare-context.ts';
import { pullAuthFile } from './registry-access.ts';

/** What becomes of the sources, and what the image says of itself. */
export interface ImageRequest {
  /** Name in the storage. */
  readonly image: string;
  /** Directory that is built. */
  readonly directory: string;
  /** Variables about the build. */
  readonly env: readonly Variable[];
  readonly labels: readonly Variable[];
}

/**
 * Builds the image by the strategy of the Build.
 * @throws BuildFailure
 */
export async function makeImage(context: BuildContext, request: ImageRequest): Promise<void> {
  const strategy = normalBuildStrategy(context.build.spec.strategy);
  switch (strategy.type) {
    case 'Docker':
      return await fromDockerfile(context, request);
    case 'Source':
      return await fromSource(context, request);
    default:
      throw new BuildFailure('GenericBuildFailed', `Strategy ${strategy.type || '(none)'} is not run by this runner.`, {
        statusMessage: `Builds with strategy ${strategy.type || '(none)'} are not run by this runner.`,
      });
  }
}

async function fromDockerfile(context: BuildContext, request: ImageRequest): Promise<void> {
  const { build, inputs, workspace, log } = context;
  const docker = build.spec.strategy.dockerStrategy ?? {};
  const env = resolveEnv(docker.env ?? [], build, inputs);
  const args = resolveEnv(docker.buildArgs ?? [], build, inputs);
  log.hide([...env.secrets, ...args.secrets]);
  const images = build.spec.source?.images ?? [];
  const aliases = new Map(
    images.flatMap(({ as, from }) => (as ?? []).map((name) => [name, imageName(from.name)] as const)),
  );
  const text = editDockerfile(await readDockerfile(context, request.directory), {
    from: docker.from?.name ? imageName(docker.from.name) : undefined,
    env: env.variables,
    finalEnv: request.env,
    labels: request.labels,
    aliases,
  });
  if (docker.volumes?.length) log.line('Volumes of the strategy are not mounted by this runner.');
  const dockerfile = await workspace.file('build/Dockerfile', text);
  await allowLoopback(context, [text]);
  const { policy } = buildahPlaces(workspace);
  const authFile = await pullAuthFile(context, docker.pullSecret?.name);
  const squash = docker.imageOptimizationPolicy != null && docker.imageOptimizationPolicy !== 'None';
  const common = { image: request.image, context: request.directory, dockerfile, authFile, policy };
  const command = buildArguments({ ...common, buildArgs: args.variables, noCache: docker.noCache ?? false, squash });
  await buildah(context, command, 'DockerBuildFailed');
}

/** OpenShift: an inline Dockerfile replaces one in the source. */
async function readDockerfile({ build }: BuildContext, directory: string): Promise<string> {
  const { source, strategy } = build.spec;
  if (source?.dockerfile != null) return source.dockerfile;
  const path = strategy.dockerStrategy?.dockerfilePath || 'Dockerfile';
  const clean = pathWithin(path);
  const file = clean === undefined ? undefined : await fileIn(directory, clean);
  if (file === undefined) throw new BuildFailure('ManageDockerfileFailed', `The source has no file ${path}.`);
  return await readFile(file, 'utf8');
}

async function fromSource(context: BuildContext, request: ImageRequest): Promise<void> {
  const { build, inputs, workspace, log } = context;
  const source = build.spec.strategy.sourceStrategy;
  const image = imageName(source?.from.name);
  const env = resolveEnv(source?.env ?? [], build, inputs);
  log.hide(env.secrets);
  if (source?.incremental) log.line('Incremental builds are not supported by this runner: everything is built.');
  await allowLoopback(context, [image]);
  const { policy } = buildahPlaces(workspace);
  const authFile = await pullAuthFile(context, source?.pullSecret?.name);
  await buildah(context, pullArguments({ image, authFile, policy }), 'PullBuilderImageFailed');
  const config = await buildah(context, inspectArguments(image), 'PullBuilderImageFailed', true);

  const upload = join(workspace.root, 'build', S2I_SOURCE_DIR);
  await cp(request.directory, upload, { recursive: true, verbatimSymlinks: true });
  const environment = await fileIn(request.directory, '.s2i/environment');
  const text = s2iDockerfile({
    image,
    builder: readBuilderImage(config),
    scripts: source?.scripts,
    ownScripts: await readdir(join(upload, '.s2i/bin')).catch(() => []),
    env: [
      ...(environment ? parseEnvironmentFile(await readFile(environment, 'utf8')) : []),
      ...env.variables,
      ...request.env,
    ],
    labels: request.labels,
  });
  const dockerfile = await workspace.file('build/Dockerfile', text);
  const common = { image: request.image, context: join(workspace.root, 'build'), dockerfile, authFile, policy };
  await buildah(
    context,
    buildArguments({ ...common, buildArgs: [], noCache: true, squash: false }),
    'GenericBuildFailed',
  );
}

/** Writes buildah's files; registries on this machine that the build names have no certificates. */
export async function allowLoopback(context: BuildContext, texts: readonly string[]): Promise<void> {
  const { build, settings, workspace } = context;
  const output = build.status?.outputDockerImageReference ?? '';
  const images = (build.spec.source?.images ?? []).map(({ from }) => from.name ?? '');
  const local = loopbackRegistries([output, ...images, ...texts]);
  await workspace.file('registries.conf', registriesConf([...settings.insecureRegistries, ...local]));
  await workspace.file('policy.json', SIGNATURE_POLICY);
}
