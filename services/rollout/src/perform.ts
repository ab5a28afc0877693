import type { DeploymentConfigStatus, KubeObject, NormalDeploymentConfig } from '@tagstream/api-types';
import { type Action, claimOn, guarded, imageOperations, isPodOf } from '@tagstream/deployment';
import { isKubeError, type KubeClient, KubeError, type ObjectKey, type Resource, resources } from '@tagstream/kube';
import { FIELD_MANAGER } from './image-fights.ts';
import {
  adoptPatch,
  changePatch,
  releasePatch,
  revertsOperations,
  statusPatch,
  streamWithTag,
  tagPatch,
} from './patches.ts';

/** The actions that are writes. */
export type WriteAction = Exclude<Action, { kind: 'wait' | 'publish' | 'count-pods' | 'read-pod' | 'read-tags' }>;

/** What became of a write. */
export type Performed =
  /**
   * Done; the watch is going to show the object at this version, or, of one that was deleted, that it is leaving or not at
   * all. Some objects are in no view.
   */
  | { readonly kind: 'done'; readonly object: KubeObject; readonly shows: 'version' | 'leaving' | 'gone' | 'nothing' }
  /** Something that it rests on is not as it was seen. */
  | { readonly kind: 'overtaken' }
  /** The API server does not allow it. */
  | { readonly kind: 'refused'; readonly error: KubeError }
  /** Something of its name is there that does not belong to what it was written for. */
  | { readonly kind: 'foreign'; readonly error: KubeError };

const WRITER = { fieldManager: FIELD_MANAGER } as const;

/**
 * Does one write, so that it fails when its object is not as observed. What else it rests on is read live first.
 * @throws KubeError when the API server cannot be reached or is overloaded: nobody knows whether it was done, and the next
 * look will tell.
 */
export async function perform(kube: KubeClient, dc: NormalDeploymentConfig, action: WriteAction): Promise<Performed> {
  try {
    for (const object of action.restsOn ?? []) {
      if (!(await isUnchanged(kube, object))) return { kind: 'overtaken' };
    }
    return await write(kube, dc, action);
  } catch (error) {
    if (isKubeError(error, 'conflict', 'not_found')) return { kind: 'overtaken' };
    if (isKubeError(error, 'already_exists')) return { kind: 'foreign', error };
    if (isKubeError(error, 'invalid', 'forbidden')) return { kind: 'refused', error };
    throw error;
  }
}

async function write(kube: KubeClient, dc: NormalDeploymentConfig, action: WriteAction): Promise<Performed> {
  const done = (object: KubeObject): Performed => ({ kind: 'done', object, shows: 'version' });
  switch (action.kind) {
    case 'patch-spec':
      return done(
        await kube.jsonPatch(
          keyOf(dc),
          [...guarded(dc, imageOperations(action.change)), ...revertsOperations(dc, action.reverts)],
          WRITER,
        ),
      );
    case 'bump-version':
    case 'write-status':
      return await writeStatus(kube, dc, action.status);
    case 'create-rc':
      return await create(kube, resources.replicationControllers, action.rc, (present) => {
        // Ours, or about to be adopted.
        return claimOn(dc, present) !== 'foreign';
      });
    case 'create-pod':
      return await create(kube, resources.pods, action.pod, (present) => isPodOf(present, action.rc));
    case 'delete-pod':
      await kube.delete(keyOf(action.pod), { preconditions: { uid: action.pod.metadata.uid ?? '' } });
      return { kind: 'done', object: action.pod, shows: 'leaving' };
    case 'tag-image':
      return { kind: 'done', object: await tagImage(kube, action), shows: 'nothing' };
    case 'change-rc':
      return done(await kube.mergePatch(keyOf(action.rc), changePatch(action), WRITER));
    case 'adopt':
      return done(await kube.mergePatch(keyOf(action.rc), adoptPatch(dc, action.rc), WRITER));
    case 'release':
      return done(await kube.mergePatch(keyOf(action.rc), releasePatch(dc, action.rc), WRITER));
    case 'delete-rc': {
      const { uid = '', resourceVersion = '' } = action.rc.metadata;
      await kube.delete(keyOf(action.rc), {
        propagationPolicy: 'Background',
        preconditions: { uid, resourceVersion },
      });
      return { kind: 'done', object: action.rc, shows: 'gone' };
    }
  }
}

/** A status is written only if it differs: one that stays as it was lacks a field that its definition does not know. */
async function writeStatus(
  kube: KubeClient,
  dc: NormalDeploymentConfig,
  status: DeploymentConfigStatus,
): Promise<Performed> {
  const object = await kube.mergePatch(keyOf(dc), statusPatch(dc, status), { ...WRITER, subresource: 'status' });
  if (object.metadata.resourceVersion !== dc.metadata.resourceVersion)
    return { kind: 'done', object, shows: 'version' };
  const message =
    'the status stays as it was: the CustomResourceDefinition is older than this service; apply deploy/crds';
  return { kind: 'refused', error: new KubeError('invalid', message) };
}

/** One that is there already is as good as created when it is ours: our view will show it. Otherwise it is in the way. */
async function create<T extends KubeObject>(
  kube: KubeClient,
  resource: Resource,
  object: T,
  isOurs: (present: T) => boolean,
): Promise<Performed> {
  try {
    return { kind: 'done', object: await kube.create(resource, object, WRITER), shows: 'version' };
  } catch (error) {
    if (!isKubeError(error, 'already_exists')) throw error;
    if (isOurs(await kube.get<T>(keyOf(object)))) return { kind: 'overtaken' };
    const message = `${resource.kind} ${object.metadata.name} exists and does not belong to this ${OWNER_OF[resource.kind]}`;
    throw new KubeError('already_exists', message, { cause: error });
  }
}

const OWNER_OF: Record<string, string> = {
  ReplicationController: 'DeploymentConfig',
  Pod: 'ReplicationController',
};

/** A stream that came into being meanwhile is as good as one that changed. */
async function tagImage(
  kube: KubeClient,
  { live, target, image }: Extract<WriteAction, { kind: 'tag-image' }>,
): Promise<KubeObject> {
  if (live.kind === 'stream') {
    const key = { resource: resources.imageStreams, namespace: target.namespace, name: target.stream };
    return await kube.jsonPatch(key, tagPatch(live.stream, target, image), WRITER);
  }
  try {
    return await kube.create(resources.imageStreams, streamWithTag(target, image), WRITER);
  } catch (error) {
    if (!isKubeError(error, 'already_exists')) throw error;
    throw new KubeError('conflict', `ImageStream ${target.stream} was created meanwhile`, { cause: error });
  }
}

async function isUnchanged(kube: KubeClient, seen: KubeObject): Promise<boolean> {
  const { metadata } = await kube.get(keyOf(seen));
  return metadata.uid === seen.metadata.uid && metadata.resourceVersion === seen.metadata.resourceVersion;
}

function keyOf({ kind, metadata }: KubeObject): ObjectKey {
  const resource =
    kind === 'DeploymentConfig'
      ? resources.deploymentConfigs
      : kind === 'Pod'
        ? resources.pods
        : resources.replicationControllers;
  return { resource, namespace: metadata.namespace ?? '', name: metadata.name };
}
