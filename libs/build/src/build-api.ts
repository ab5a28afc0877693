import type { Build, BuildConfig, ImageStream, ObjectReference } from '@tagstream/api-types';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import { BuildError } from './build-error.ts';
import { versionRecord } from './recorded-version.ts';
import { type ImageResolver, imageResolver, streamId, streamOf } from './resolve-image.ts';

/** The calls to the API server that making a Build takes. */
export type BuildApi = Pick<KubeClient, 'get' | 'list' | 'create' | 'mergePatch'>;

/** Writers of a BuildConfig's status that come in between before it is given up: each of them made progress. */
const MAX_RECORD_ATTEMPTS = 10;

/** @throws BuildError `not_found` */
export async function readConfig(api: BuildApi, namespace: string, name: string): Promise<BuildConfig> {
  try {
    return await api.get<BuildConfig>({ resource: resources.buildConfigs, namespace, name });
  } catch (error) {
    if (!isKubeError(error, 'not_found')) throw error;
    const message = `buildconfigs.build.openshift.io "${name}" not found`;
    throw new BuildError('not_found', message, { cause: error });
  }
}

/** A Build by its name, if there is one. */
export async function findBuild(api: BuildApi, namespace: string, name: string): Promise<Build | undefined> {
  try {
    return await api.get<Build>({ resource: resources.builds, namespace, name });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Reads the streams that these references need, each once. */
export async function readImages(api: BuildApi, references: readonly ObjectReference[]): Promise<ImageResolver> {
  const streams = new Map<string, ImageStream | null>();
  for (const reference of references) {
    const stream = streamOf(reference);
    if (stream === undefined || streams.has(streamId(stream))) continue;
    streams.set(streamId(stream), await readStream(api, stream.namespace, stream.name));
  }
  return imageResolver(streams);
}

/**
 * Writes into the status of a BuildConfig what a Build of it makes true, as far as it is not there. Harmless to repeat, and
 * for anybody to do.
 */
export async function recordVersion(api: BuildApi, config: BuildConfig, build: Build): Promise<void> {
  const { namespace = '', name } = config.metadata;
  let bc = config;
  for (let attempt = 1; ; attempt += 1) {
    const status = versionRecord(bc, build);
    if (status === undefined || bc.metadata.uid !== config.metadata.uid) return;
    try {
      const key = { resource: resources.buildConfigs, namespace, name };
      const patch = { metadata: { resourceVersion: bc.metadata.resourceVersion }, status };
      await api.mergePatch(key, patch, { subresource: 'status' });
      return;
    } catch (error) {
      if (isKubeError(error, 'not_found')) return; // deleted: its Builds go with it
      if (!isKubeError(error, 'conflict') || attempt === MAX_RECORD_ATTEMPTS) throw error;
    }
    try {
      bc = await readConfig(api, namespace, name);
    } catch (error) {
      if (error instanceof BuildError && error.code === 'not_found') return;
      throw error;
    }
  }
}

async function readStream(api: BuildApi, namespace: string, name: string): Promise<ImageStream | null> {
  try {
    return await api.get<ImageStream>({ resource: resources.imageStreams, namespace, name });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return null;
    throw error;
  }
}
