import { BuildFailure } from '../build-failure.ts';
import { quoted, type Variable } from './edit-dockerfile.ts';

/** What is read of the configuration of a builder image. */
export interface BuilderImage {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What the Dockerfile of a source-to-image build is made of. */
export interface S2iInputs {
  readonly image: string;
  readonly builder: BuilderImage;
  /** Where the strategy says that the scripts are. */
  readonly scripts?: string | undefined;
  /** Scripts that the source brings in `.s2i/bin`. */
  readonly ownScripts: readonly string[];
  readonly env: readonly Variable[];
  readonly labels: readonly Variable[];
}

/** source-to-image: labels of a builder image. */
const SCRIPTS_LABELS = ['io.openshift.s2i.scripts-url', 'io.s2i.scripts-url'];
const DESTINATION_LABEL = 'io.openshift.s2i.destination';
const ASSEMBLE_USER_LABEL = 'io.openshift.s2i.assemble-user';

/** source-to-image: where the image looks for `src` when it does not say. */
const DEFAULT_DESTINATION = '/tmp';

/** Scripts that are part of the builder image. */
const IMAGE_SCHEME = 'image://';

/** Directory of the build context that the source is in. */
export const S2I_SOURCE_DIR = 'upload/src';

/**
 * Source-to-image as a Dockerfile: the source is laid where the image expects it, `assemble` runs as the image's user, and
 * `run` becomes the command. source-to-image: scripts of the source come before those that the strategy names, and these
 * before those of the image.
 * @throws BuildFailure `GenericBuildFailed` when nobody says where the scripts are; `ManageDockerfileFailed`
 */
export function s2iDockerfile({ image, builder, scripts, ownScripts, env, labels }: S2iInputs): string {
  const destination = absolute(builder.labels[DESTINATION_LABEL] || DEFAULT_DESTINATION);
  const fromImage = scriptsDir(scripts || SCRIPTS_LABELS.map((name) => builder.labels[name]).find(Boolean));
  const script = (name: string): string => {
    if (ownScripts.includes(name)) return `${destination}/src/.s2i/bin/${name}`;
    if (fromImage !== undefined) return `${fromImage}/${name}`;
    throw new BuildFailure(
      'GenericBuildFailed',
      `The builder image ${image} does not say where its script ${name} is: it has no label ${SCRIPTS_LABELS[0]}.`,
    );
  };
  const user = builder.user || 'root';
  const assembleUser = builder.labels[ASSEMBLE_USER_LABEL] || user;
  const pairs = (variables: readonly Variable[]) =>
    variables.map(({ name, value }) => `${quoted(name)}=${quoted(value)}`).join(' ');
  return [
    `FROM ${image}`,
    labels.length > 0 ? `LABEL ${pairs(labels)}` : '',
    env.length > 0 ? `ENV ${pairs(env)}` : '',
    'USER root',
    // By number 0 the group owns what arbitrary users of a cluster must be able to write.
    `COPY --chown=${owner(assembleUser)}:0 ${S2I_SOURCE_DIR} ${destination}/src`,
    `USER ${word(assembleUser)}`,
    `RUN ${JSON.stringify([script('assemble')])}`,
    `USER ${word(user)}`,
    `CMD ${JSON.stringify([script('run')])}`,
    '',
  ]
    .filter((line, at, lines) => line !== '' || at === lines.length - 1)
    .join('\n');
}

/** `image:///usr/libexec/s2i` is a directory of the builder image. */
function scriptsDir(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  if (!url.startsWith(IMAGE_SCHEME)) {
    throw new BuildFailure('GenericBuildFailed', `Scripts are taken from ${IMAGE_SCHEME}<path> only, not from ${url}.`);
  }
  return absolute(url.slice(IMAGE_SCHEME.length));
}

function absolute(path: string): string {
  if (!/^\/[^\s"\\$]*$/.test(path)) {
    throw new BuildFailure(
      'GenericBuildFailed',
      `${JSON.stringify(path)} in the labels of the builder image is no path.`,
    );
  }
  return path.replace(/\/+$/, '');
}

/** A user of an image becomes a word of the Dockerfile. */
function word(user: string): string {
  if (/^[A-Za-z0-9_.:-]+$/.test(user)) return user;
  throw new BuildFailure('GenericBuildFailed', `${JSON.stringify(user)} in the builder image is no user.`);
}

const owner = (user: string): string => word(user).split(':')[0]!;

/** source-to-image: lines `NAME=value` of `.s2i/environment`; comments and others are passed over. */
export function parseEnvironmentFile(text: string): Variable[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, value: value ?? '' }];
  });
}
