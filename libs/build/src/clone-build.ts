import type { Build, BuildConfig, BuildRequest } from '@tagstream/api-types';
import { isKubeError, resources } from '@tagstream/kube';
import { type BuildApi, findBuild, readConfig } from './build-api.ts';
import { BuildError } from './build-error.ts';
import { clone } from './clone.ts';
import { createNumbered } from './create-numbered.ts';
import { configNameOf } from './identity.ts';
import type { InstantiateOptions } from './instantiate-build.ts';

/** Nanoseconds in a millisecond. */
const NS_PER_MS = 1_000_000n;

/**
 * Repeats the Build that `request.metadata.name` names, as OpenShift's `clone` does.
 * @throws BuildError when the request cannot be fulfilled, KubeError when the API server did not do as asked
 */
export async function cloneBuild(api: BuildApi, request: BuildRequest, options: InstantiateOptions): Promise<Build> {
  const { namespace, requestId, clock } = options;
  const { name } = request.metadata;
  const build = await findBuild(api, namespace, name);
  if (build === undefined) throw new BuildError('not_found', `builds.build.openshift.io "${name}" not found`);
  const context = { nowNs: BigInt(clock.now()) * NS_PER_MS, requestId };
  const config = configNameOf(build);
  if (config === undefined || !(await exists(api, namespace, config))) {
    return await createSingle(api, clone(build, undefined, request, context));
  }
  return await createNumbered(api, { namespace, config, requestId }, async (bc: BuildConfig) =>
    clone(build, bc, request, context),
  );
}

async function exists(api: BuildApi, namespace: string, config: string): Promise<boolean> {
  try {
    await readConfig(api, namespace, config);
    return true;
  } catch (error) {
    if (error instanceof BuildError && error.code === 'not_found') return false;
    throw error;
  }
}

async function createSingle(api: BuildApi, build: Build): Promise<Build> {
  try {
    return await api.create(resources.builds, build);
  } catch (error) {
    if (!isKubeError(error, 'already_exists')) throw error;
    throw new BuildError('name_taken', error.message, { cause: error });
  }
}
