import type { Build, BuildConfig } from '@tagstream/api-types';
import { isKubeError, resources } from '@tagstream/kube';
import { own } from './annotations.ts';
import { type BuildApi, findBuild, readConfig, recordVersion } from './build-api.ts';
import { BuildError } from './build-error.ts';
import { answersRequest, isBuildOf, numberOf, requestLabel } from './identity.ts';

/** Others that make Builds of the same BuildConfig at the same moment before it is given up: each of them made one. */
const MAX_ATTEMPTS = 20;

/**
 * Creates the next Build of a BuildConfig. The Build is the one fact: its name decides who gets a number, and the status of
 * the BuildConfig follows from it. Whoever finds the name taken completes that status before trying the next number, so
 * that a maker that died between the two writes leaves nothing behind.
 *
 * @param plan the Build with the number after `status.lastVersion` of the BuildConfig as it was just read
 * @throws BuildError, KubeError
 */
export async function createNumbered(
  api: BuildApi,
  at: { readonly namespace: string; readonly config: string; readonly requestId?: string | undefined },
  plan: (bc: BuildConfig) => Promise<Build>,
): Promise<Build> {
  const { namespace, requestId } = at;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    // In this order: a Build that is in the status read here is in the list as well.
    const bc = await readConfig(api, namespace, at.config);
    const earlier = requestId === undefined ? undefined : await findAnswer(api, bc, requestId);
    if (earlier !== undefined) {
      await recordVersion(api, bc, earlier);
      return earlier;
    }
    const build = await plan(bc);
    const created = (await create(api, build)) ?? (await foundAtName(api, bc, build, requestId));
    if (created !== undefined) {
      await recordVersion(api, bc, created);
      return created;
    }
  }
  throw new BuildError(
    'contended',
    `build config ${namespace}/${at.config} is being built by too many at once: try again`,
  );
}

/** Undefined when the name is taken. */
async function create(api: BuildApi, build: Build): Promise<Build | undefined> {
  try {
    return await api.create(resources.builds, build);
  } catch (error) {
    if (isKubeError(error, 'already_exists')) return undefined;
    throw error;
  }
}

/** What holds the name: the answer to the same request, or undefined after making sure that the next number is another. */
async function foundAtName(
  api: BuildApi,
  bc: BuildConfig,
  { metadata }: Build,
  requestId: string | undefined,
): Promise<Build | undefined> {
  const other = await findBuild(api, metadata.namespace ?? '', metadata.name);
  if (other === undefined) return undefined;
  if (isBuildOf(other, bc)) {
    if (requestId !== undefined && answersRequest(other, requestId)) return other;
    await recordVersion(api, bc, other);
    return undefined;
  }
  const isLeftover = other.metadata.ownerReferences?.some(
    ({ kind, name }) => kind === 'BuildConfig' && name === bc.metadata.name,
  );
  if (isLeftover || numberOf(other) === undefined) {
    throw new BuildError('name_taken', `builds.build.openshift.io "${metadata.name}" already exists`);
  }
  // Nobody's any more, as `kubectl delete --cascade=orphan` leaves it: its number is passed over, its triggers say nothing.
  await recordVersion(api, bc, withoutTriggers(other));
  return undefined;
}

async function findAnswer(api: BuildApi, bc: BuildConfig, requestId: string): Promise<Build | undefined> {
  const { items } = await api.list<Build>(resources.builds, {
    namespace: bc.metadata.namespace ?? '',
    labelSelector: `${own.requestId}=${requestLabel(requestId)}`,
  });
  return items.find((build) => isBuildOf(build, bc) && answersRequest(build, requestId));
}

function withoutTriggers(build: Build): Build {
  const { [own.imageTriggers]: _, ...annotations } = build.metadata.annotations ?? {};
  return { ...build, metadata: { ...build.metadata, annotations } };
}
