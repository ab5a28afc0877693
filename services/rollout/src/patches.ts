import type {
  DeploymentConfig,
  DeploymentConfigStatus,
  ImageStream,
  OwnerReference,
  ReplicationController,
} from '@tagstream/api-types';
import { type ChangeRc, ownAnnotations, ownerReferenceTo, specTagOf, type TagTarget } from '@tagstream/deployment';
import { printReverts, REVERTED_ANNOTATION, type Reverts } from '@tagstream/image-stream';
import type { JsonPatchOperation } from '@tagstream/kube';

/** Has a tag follow an image, while the ImageStream is the one that was read; what else the tag says stays. */
export function tagPatch(stream: ImageStream, { tag }: TagTarget, image: string): JsonPatchOperation[] {
  const from = { kind: 'DockerImage', name: image };
  const present = specTagOf(stream, tag);
  const add = (path: string, value: unknown): JsonPatchOperation => ({ op: 'add', path, value });
  const operation = present
    ? add(`/spec/tags/${present.index}/from`, from)
    : stream.spec?.tags
      ? add('/spec/tags/-', { name: tag, from })
      : stream.spec
        ? add('/spec/tags', [{ name: tag, from }])
        : add('/spec', { tags: [{ name: tag, from }] });
  return [{ op: 'test', path: '/metadata/resourceVersion', value: stream.metadata.resourceVersion }, operation];
}

/** Writes what is kept of images that were taken back; nothing when it stays as it is. */
export function revertsOperations({ metadata }: DeploymentConfig, reverts: Reverts | undefined): JsonPatchOperation[] {
  if (reverts === undefined) return [];
  const value = printReverts(reverts);
  if (metadata.annotations === undefined) {
    return value === undefined
      ? []
      : [{ op: 'add', path: '/metadata/annotations', value: { [REVERTED_ANNOTATION]: value } }];
  }
  const path = `/metadata/annotations/${REVERTED_ANNOTATION.replaceAll('/', '~1')}`;
  if (value !== undefined) return [{ op: 'add', path, value }];
  return metadata.annotations[REVERTED_ANNOTATION] === undefined ? [] : [{ op: 'remove', path }];
}

/** An ImageStream with nothing but one tag that follows an image. */
export function streamWithTag({ namespace, stream, tag }: TagTarget, image: string): ImageStream {
  return {
    metadata: { name: stream, namespace },
    spec: { tags: [{ name: tag, from: { kind: 'DockerImage', name: image } }] },
  };
}

/** Merge patch of the status subresource. */
export function statusPatch(dc: DeploymentConfig, status: DeploymentConfigStatus): object {
  return { metadata: versionOnly(dc), status };
}

/** Merge patch that changes annotations and, where asked for, replicas. */
export function changePatch({ rc, annotations, replicas }: ChangeRc): object {
  return {
    metadata: { ...versionOnly(rc), annotations },
    ...(replicas === undefined ? {} : { spec: { replicas } }),
  };
}

/**
 * Merge patch that makes the DeploymentConfig the controlling owner. What the replicas were last decided on came from an
 * owner before, whose generations mean nothing here.
 */
export function adoptPatch(dc: DeploymentConfig, rc: ReplicationController): object {
  const ownerReferences = [...(rc.metadata.ownerReferences ?? []), ownerReferenceTo(dc)];
  return {
    metadata: { ...versionOnly(rc), ownerReferences, annotations: { [ownAnnotations.configGeneration]: null } },
  };
}

/** Merge patch that removes the DeploymentConfig from the owners. */
export function releasePatch(dc: DeploymentConfig, rc: ReplicationController): object {
  const others = (rc.metadata.ownerReferences ?? []).filter(({ uid }: OwnerReference) => uid !== dc.metadata.uid);
  return { metadata: { ...versionOnly(rc), ownerReferences: others } };
}

function versionOnly({ metadata }: DeploymentConfig | ReplicationController) {
  return { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
}
