import type { KubeObject } from '@tagstream/api-types';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import { lruMap } from '../lru-map.ts';

/** Label of a namespace: `true` lets pushes create ImageStreams there, `false` does not, whatever is configured. */
export const CREATE_STREAMS = 'poller.tagstream.io/create-streams';

/** Which namespaces let pushes create ImageStreams: those labelled so, all but those labelled otherwise, or none. */
export type CreationMode = 'labelled' | 'all' | 'none';

/** Whether streams may be created in a namespace, or why not. */
export type NamespacePermission =
  | 'allowed'
  | 'not-allowed'
  | 'no-namespace'
  /** This service may not read namespaces. */
  | 'forbidden';

/** How long an answer is believed: announcements of pushes elsewhere must not become as many questions. */
const BELIEVED_MS = 10_000;

/** Namespaces whose answer is kept; a label that nobody looks at costs nothing. */
const MAX_NAMESPACES = 1_000;

/** Makes the question whether streams may be created in a namespace. It throws what the API server's client throws. */
export function namespacePermission(
  kube: Pick<KubeClient, 'get'>,
  { mode, clock }: { readonly mode: CreationMode; readonly clock: Pick<Clock, 'now'> },
): (namespace: string) => Promise<NamespacePermission> {
  const known = lruMap<string, { readonly permission: NamespacePermission; readonly untilMs: number }>(MAX_NAMESPACES);
  return async (namespace) => {
    if (mode === 'none') return 'not-allowed';
    const before = known.get(namespace);
    if (before !== undefined && clock.now() < before.untilMs) return before.permission;
    const permission = await readPermission(kube, namespace, mode);
    known.set(namespace, { permission, untilMs: clock.now() + BELIEVED_MS });
    return permission;
  };
}

async function readPermission(
  kube: Pick<KubeClient, 'get'>,
  name: string,
  mode: CreationMode,
): Promise<NamespacePermission> {
  try {
    return permissionOf(await kube.get<KubeObject>({ resource: resources.namespaces, name }), mode);
  } catch (error) {
    if (isKubeError(error, 'not_found')) return 'no-namespace';
    if (isKubeError(error, 'forbidden')) return 'forbidden';
    throw error;
  }
}

function permissionOf(namespace: KubeObject, mode: CreationMode): NamespacePermission {
  // One that is being deleted takes nothing new.
  if (namespace.metadata.deletionTimestamp !== undefined) return 'no-namespace';
  const label = namespace.metadata.labels?.[CREATE_STREAMS];
  const allowed = mode === 'all' ? label !== 'false' : label === 'true';
  return allowed ? 'allowed' : 'not-allowed';
}
