import { defaultPullPolicy } from '@tagstream/api-types';
import { imageTemplate, type LocalNameContext, localNameChanges } from '@tagstream/image-stream';
import type { AdmissionRequest, PatchOperation, Verdict } from './admission-review.ts';

/** Kubernetes shortens warnings beyond 4096 characters in all; a few say enough. */
const MAX_WARNINGS = 5;

/**
 * Decides what an object that is created or changed gets: the images of its local names, and, for a DeploymentConfig, the
 * pull policies that its containers do not say. Everything else, subresources too, stays as it is.
 */
export function judge(request: AdmissionRequest, streamOf: LocalNameContext['streamOf']): Verdict {
  const { operation, object, namespace = '' } = request;
  const isWrite = operation === 'CREATE' || operation === 'UPDATE';
  if (!isWrite || request.subResource || !object || namespace === '') return UNTOUCHED;
  const { group, resource } = request.resource;
  const oldObject = operation === 'UPDATE' ? (request.oldObject ?? undefined) : undefined;
  const { changes, missing } = localNameChanges({ group, resource, namespace, object, oldObject }, streamOf);
  const images = changes.map(({ pointer, to }): PatchOperation => ({ op: 'replace', path: pointer, value: to }));
  return {
    patch: [...images, ...pullPolicies(request, object)],
    warnings: missing
      .slice(0, MAX_WARNINGS)
      .map(
        ({ image, stream, tag }) =>
          `image "${image}" is left as it is: ImageStream ${stream} has no image for tag ${tag} yet`,
      ),
    audit:
      changes.length > 0 ? { 'resolved-images': changes.map(({ from, to }) => `${from} -> ${to}`).join(', ') } : {},
  };
}

const UNTOUCHED: Verdict = { patch: [], warnings: [], audit: {} };

/**
 * OpenShift: a container of a DeploymentConfig without a pull policy gets one when it is written, by the name that stands there
 * then: `Always` for the tag `latest`, `IfNotPresent` for others. It stays when the name becomes a digest. Other kinds have
 * theirs from the API server before we see them.
 */
function pullPolicies({ resource: { group, resource } }: AdmissionRequest, object: unknown): readonly PatchOperation[] {
  if (group !== 'apps.openshift.io' || resource !== 'deploymentconfigs') return [];
  const containers = imageTemplate({ group, resource }, object)?.containers ?? [];
  return containers
    .filter(({ imagePullPolicy }) => imagePullPolicy === '')
    .map(({ pointer, image }) => ({ op: 'add', path: `${pointer}/imagePullPolicy`, value: defaultPullPolicy(image) }));
}
