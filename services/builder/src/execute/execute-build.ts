import { readFile } from 'node:fs/promises';
import type { Build } from '@tagstream/api-types';
import { configNameOf } from '@tagstream/build';
import { BuildFailure } from '../build-failure.ts';
import { containerArguments, pushArguments, runArguments } from '../buildah/buildah-arguments.ts';
import type { Variable } from '../dockerfile/edit-dockerfile.ts';
import type { CommitFacts } from '../git/clone-plan.ts';
import { parseGitUri } from '../git/git-source.ts';
import { imageName } from '../inputs/image-name.ts';
import { type BuildContext, buildah, buildahPlaces } from './build-context.ts';
import { fetchSource } from './fetch-source.ts';
import { allowLoopback, makeImage } from './make-image.ts';
import { postCommitCommand } from './post-commit.ts';
import { prepareContext } from './prepare-context.ts';
import { pushAuthFile } from './registry-access.ts';

/** What came of a build. */
export interface BuildResult {
  /** Of the manifest in the registry; absent when the image is pushed nowhere. */
  readonly digest?: string;
}

/** Name of the image in the build's own storage. */
const LOCAL_IMAGE = 'localhost/build:latest';

/**
 * Runs a Build from its source to the image in the registry.
 * @throws BuildFailure saying why there is no image; the reason of the context's signal when that was aborted
 */
export async function executeBuild(context: BuildContext): Promise<BuildResult> {
  const { build, log } = context;
  await allowLoopback(context, []);
  if (build.spec.source?.binary) {
    throw new BuildFailure('FetchSourceFailed', 'Binary sources are not supported by this runner.');
  }
  const commit = await fetchSource(context);
  const directory = await prepareContext(context);
  const target = outputReference(build);
  await makeImage(context, {
    image: target ?? LOCAL_IMAGE,
    directory,
    env: buildVariables(build, commit),
    labels: buildLabels(build, commit),
  });
  await testImage(context, target ?? LOCAL_IMAGE);
  if (target === undefined) {
    log.line('Build complete, no image push requested');
    return {};
  }
  return { digest: await pushImage(context, target) };
}

/** OpenShift: the controller has resolved where the image goes. A DockerImage needs no resolving. */
export function outputReference({ spec, status }: Build): string | undefined {
  const to = spec.output?.to;
  if (!to) return undefined;
  const reference = status?.outputDockerImageReference || (to.kind === 'DockerImage' ? to.name : undefined);
  if (reference) return imageName(reference);
  throw new BuildFailure('InvalidOutputReference', 'Nobody has resolved where the image of this Build goes.');
}

/** OpenShift: a command in the new image decides whether it is pushed. */
async function testImage(context: BuildContext, image: string): Promise<void> {
  const { postCommit } = context.build.spec;
  const { policy } = buildahPlaces(context.workspace);
  const command = postCommit ? await postCommitCommand(context, image, postCommit) : undefined;
  if (command === undefined) return;
  context.log.line('Running the post commit hook ...');
  await buildah(context, containerArguments(image, policy), 'PostCommitHookFailed', true);
  await buildah(context, runArguments(command), 'PostCommitHookFailed');
}

async function pushImage(context: BuildContext, image: string): Promise<string> {
  const { build, workspace, log, inputs } = context;
  const secret = build.spec.output?.pushSecret?.name;
  if (secret && !inputs.secrets.has(secret)) {
    throw new BuildFailure('MissingPushSecret', `The push Secret ${secret} does not exist.`);
  }
  log.line(`Pushing image ${image} ...`);
  const digestFile = await workspace.file('digest', '');
  const { policy } = buildahPlaces(workspace);
  const authFile = await pushAuthFile(context, secret);
  await buildah(context, pushArguments({ image, authFile, policy, digestFile }), 'PushImageToRegistryFailed');
  const digest = (await readFile(digestFile, 'utf8')).trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new BuildFailure('PushImageToRegistryFailed', 'buildah did not say which digest the image has.');
  }
  log.line(`Successfully pushed ${image}@${digest}`);
  log.line('Push successful');
  return digest;
}

/** The address without what may be secret in it. */
function publicUri(build: Build): string | undefined {
  const uri = build.spec.source?.git?.uri;
  return uri && parseGitUri(uri, ['https', 'http', 'ssh', 'git', 'file']).uri;
}

/** OpenShift: variables about the build in every image. */
export function buildVariables(build: Build, commit: CommitFacts | undefined): Variable[] {
  return present({
    OPENSHIFT_BUILD_NAME: build.metadata.name,
    OPENSHIFT_BUILD_NAMESPACE: build.metadata.namespace,
    OPENSHIFT_BUILD_SOURCE: publicUri(build),
    OPENSHIFT_BUILD_REFERENCE: build.spec.source?.git?.ref,
    OPENSHIFT_BUILD_COMMIT: commit?.commit,
  });
}

/** OpenShift: labels about the build, and those that its output asks for, which come last and win. */
export function buildLabels(build: Build, commit: CommitFacts | undefined): Variable[] {
  const { source, output } = build.spec;
  return [
    ...present({
      'io.openshift.build.name': build.metadata.name,
      'io.openshift.build.namespace': build.metadata.namespace,
      'io.openshift.build.config': configNameOf(build),
      'io.openshift.build.commit.id': commit?.commit,
      'io.openshift.build.commit.ref': source?.git?.ref,
      'io.openshift.build.commit.author': commit && `${commit.author} <${commit.authorEmail}>`,
      'io.openshift.build.commit.date': commit?.date,
      'io.openshift.build.commit.message': commit?.message,
      'io.openshift.build.source-location': publicUri(build),
      'io.openshift.build.source-context-dir': source?.contextDir,
    }),
    ...(output?.imageLabels ?? []).map(({ name, value }) => ({ name, value: value ?? '' })),
  ];
}

function present(values: Readonly<Record<string, string | undefined>>): Variable[] {
  return Object.entries(values).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}
