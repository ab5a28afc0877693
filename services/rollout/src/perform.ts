import type { DeploymentConfig, KubeObject, NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { type Action, claimOn } from '@tagstream/deployment';
import { isKubeError, type KubeClient, KubeError, type ObjectKey, resources } from '@tagstream/kube';
import { adoptPatch, changePatch, imagePatch, releasePatch, statusPatch } from './patches.ts';

/** The actions that are writes. */
export type WriteAction = Exclude<Action, { kind: 'wait' | 'publish' | 'count-pods' }>;

/** What became of a write. */
export type Performed =
  /** Done; the watch is going to show the object at this version, or no more when there is none. */
  | { readonly kind: 'done'; readonly object: KubeObject; readonly gone?: true }
  /** Something that it rests on is not as it was seen. */
  | { readonly kind: 'overtaken' }
  /** The API server does not allow it. */
  | { readonly kind: 'refused'; readonly error: KubeError };

const WRITER = { fieldManager: 'tagstream-rollout' } as const;

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
    if (isKubeError(error, 'invalid', 'forbidden', 'already_exists')) return { kind: 'refused', error };
    throw error;
  }
}

async function write(kube: KubeClient, dc: NormalDeploymentConfig, action: WriteAction): Promise<Performed> {
  const done = (object: KubeObject): Performed => ({ kind: 'done', object });
  switch (action.kind) {
    case 'patch-spec':
      return done(
        await kube.jsonPatch(keyOf(dc), imagePatch(dc.metadata.resourceVersion ?? '', action.change), WRITER),
      );
    case 'bump-version':
    case 'write-status':
      return done(
        await kube.mergePatch(keyOf(dc), statusPatch(dc, action.status), { ...WRITER, subresource: 'status' }),
      );
    case 'create-rc':
      return await create(kube, dc, action.rc);
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
      return { kind: 'done', object: action.rc, gone: true };
    }
  }
}

/** One that is there already is as good as created when it is ours; otherwise its owner is in the way. */
async function create(kube: KubeClient, dc: DeploymentConfig, rc: ReplicationController): Promise<Performed> {
  try {
    return { kind: 'done', object: await kube.create(resources.replicationControllers, rc, WRITER) };
  } catch (error) {
    if (!isKubeError(error, 'already_exists')) throw error;
    const present = await kube.get<ReplicationController>(keyOf(rc));
    // Ours, or about to be adopted: our view will show it.
    if (claimOn(dc, present) !== 'foreign') return { kind: 'overtaken' };
    const message = `ReplicationController ${rc.metadata.name} exists and does not belong to this DeploymentConfig`;
    throw new KubeError('already_exists', message, { cause: error });
  }
}

async function isUnchanged(kube: KubeClient, seen: KubeObject): Promise<boolean> {
  const { metadata } = await kube.get(keyOf(seen));
  return metadata.uid === seen.metadata.uid && metadata.resourceVersion === seen.metadata.resourceVersion;
}

function keyOf({ kind, metadata }: KubeObject): ObjectKey {
  const resource = kind === 'DeploymentConfig' ? resources.deploymentConfigs : resources.replicationControllers;
  return { resource, namespace: metadata.namespace ?? '', name: metadata.name };
}
