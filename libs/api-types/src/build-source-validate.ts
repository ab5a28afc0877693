import { fromProblems, leavesSource } from './build-reference-validate.ts';
import type { BuildSource, GitBuildSource, ImageSource } from './build-source.ts';
import type { BuildStrategy } from './build-strategy.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';

/** OpenShift: bytes of an inline Dockerfile. */
const MAX_DOCKERFILE_BYTES = 60_000;

/** `user@host:path`, as ssh writes it. */
const SCP_LIKE = /^[\w.-]+@[\w.-]+:(?!\/\/).+$/;

/** What OpenShift's API server would refuse in the source of a build. */
export function buildSourceProblems(source: BuildSource, strategy: BuildStrategy): FieldProblem[] {
  const { git, binary, dockerfile, images, contextDir } = source;
  const problems: FieldProblem[] = [];
  if (git && binary && !strategy.customStrategy) {
    problems.push(invalid('spec.source.binary', 'may not be set when git is also set'));
  }
  if (git) problems.push(...gitProblems(git));
  if (Buffer.byteLength(dockerfile ?? '') > MAX_DOCKERFILE_BYTES) {
    problems.push(invalid('spec.source.dockerfile', `must be smaller than ${MAX_DOCKERFILE_BYTES} bytes`));
  }
  if (binary?.asFile && (binary.asFile.includes('/') || ['.', '..'].includes(binary.asFile))) {
    problems.push(invalid('spec.source.binary.asFile', 'file name may not contain slashes or relative path segments'));
  }
  if (strategy.dockerStrategy && !git && !binary && dockerfile == null && (images ?? []).length === 0) {
    const message = 'must provide a value for at least one source input (git, binary, dockerfile, images)';
    problems.push(invalid('spec.source', message));
  }
  if (contextDir && leavesSource(contextDir.replace(/^\/+/, ''))) {
    problems.push(invalid('spec.source.contextDir', 'context dir must not be a relative path that leaves the source'));
  }
  return [...problems, ...(images ?? []).flatMap(imageProblems), ...repeatedNames(images ?? []), ...mounts(source)];
}

function gitProblems({ uri, httpProxy, httpsProxy }: GitBuildSource): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!uri) problems.push(required('spec.source.git.uri'));
  else if (!isSourceUri(uri)) problems.push(invalid('spec.source.git.uri', 'uri is not a valid url'));
  for (const [name, proxy] of Object.entries({ httpProxy, httpsProxy })) {
    if (proxy && !URL.canParse(proxy)) problems.push(invalid(`spec.source.git.${name}`, 'proxy is not a valid url'));
  }
  return problems;
}

/** A URL, `user@host:path`, or a path on the machine that builds. */
function isSourceUri(uri: string): boolean {
  return !/[\s\p{Cc}]/u.test(uri) && (URL.canParse(uri) || SCP_LIKE.test(uri) || uri.startsWith('/'));
}

function imageProblems(image: ImageSource, index: number): FieldProblem[] {
  const field = `spec.source.images[${index}]`;
  const problems = fromProblems({ ...image.from, kind: image.from?.kind || 'ImageStreamTag' }, `${field}.from`);
  const { paths, as } = image;
  if ((paths ?? []).length === 0 && (as ?? []).length === 0) {
    problems.push(required(`${field}.paths`, 'must be set or as must be set'));
  }
  (paths ?? []).forEach(({ sourcePath, destinationDir }, at) => {
    if (!sourcePath) problems.push(required(`${field}.paths[${at}].sourcePath`));
    else if (!sourcePath.startsWith('/')) {
      problems.push(invalid(`${field}.paths[${at}].sourcePath`, 'must be an absolute path'));
    }
    if (!destinationDir) problems.push(required(`${field}.paths[${at}].destinationDir`));
    else if (leavesSource(destinationDir)) {
      problems.push(invalid(`${field}.paths[${at}].destinationDir`, 'must be a relative path within the source'));
    }
  });
  return problems;
}

function repeatedNames(images: readonly ImageSource[]): FieldProblem[] {
  const seen = new Set<string>();
  return images.flatMap(({ as }, index) =>
    (as ?? []).flatMap((name, at) => {
      const field = `spec.source.images[${index}].as[${at}]`;
      if (name === '') return [required(field)];
      if (seen.has(name)) return [invalid(field, `${name} is named more than once`)];
      seen.add(name);
      return [];
    }),
  );
}

function mounts({ secrets, configMaps, sourceSecret }: BuildSource): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (sourceSecret && !sourceSecret.name) problems.push(required('spec.source.sourceSecret.name'));
  const check = (list: 'secrets' | 'configMaps', index: number, name: string | undefined, dir: string | undefined) => {
    const field = `spec.source.${list}[${index}]`;
    if (!name) problems.push(required(`${field}.${list === 'secrets' ? 'secret' : 'configMap'}.name`));
    if (dir && leavesSource(dir)) {
      problems.push(invalid(`${field}.destinationDir`, 'must be a relative path within the source'));
    }
  };
  (secrets ?? []).forEach(({ secret, destinationDir }, index) => {
    check('secrets', index, secret?.name, destinationDir);
  });
  (configMaps ?? []).forEach(({ configMap, destinationDir }, index) => {
    check('configMaps', index, configMap?.name, destinationDir);
  });
  return problems;
}
