import { type Build, type BuildRequest, normalizeBuildConfig } from '@tagstream/api-types';
import { type BuildApi, readImages } from './build-api.ts';
import { imagesOf } from './build-inputs.ts';
import { createNumbered } from './create-numbered.ts';
import { imageTriggersOf } from './image-trigger-status.ts';
import { instantiate } from './instantiate.ts';

/** Where and how a request is to be carried out. */
export interface InstantiateOptions {
  readonly namespace: string;
  /** Repeating a request with the same id answers the Build that it led to, as long as that exists. */
  readonly requestId?: string | undefined;
  readonly clock: { readonly now: () => number };
}

/**
 * Makes a Build of the BuildConfig that `request.metadata.name` names, as OpenShift's `instantiate` does. Safe to repeat
 * after any failure: with a request id it leads to one Build, and without one a lost answer may lead to two.
 * @throws BuildError when the request cannot be fulfilled, KubeError when the API server did not do as asked
 */
export async function instantiateBuild(
  api: BuildApi,
  request: BuildRequest,
  options: InstantiateOptions,
): Promise<Build> {
  const { namespace, requestId, clock } = options;
  const build = await createNumbered(api, { namespace, config: request.metadata.name, requestId }, async (config) => {
    const bc = normalizeBuildConfig(config);
    const resolve = await readImages(api, [
      ...imageTriggersOf(bc).map(({ from }) => from),
      ...imagesOf(bc.spec, namespace),
    ]);
    return instantiate(config, request, { resolve, now: new Date(clock.now()), requestId });
  });
  return withStatus(build);
}

/** A Build that nobody has looked at has no status yet, which is what clients read first. */
function withStatus(build: Build): Build {
  return build.status?.phase ? build : { ...build, status: { ...build.status, phase: 'New' } };
}
