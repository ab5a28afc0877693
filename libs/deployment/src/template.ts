import { isDeepStrictEqual } from 'node:util';
import { type Container, defaultPodTemplate, type PodTemplateSpec } from '@tagstream/api-types';

/**
 * Whether two pod templates mean the same: with the API server's defaults filled in and white space around images removed.
 * So an unchanged `kubectl apply`, defaults that a newer schema fills into stored objects, and templates recorded by OpenShift
 * never look like a change. Order counts in lists only.
 */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  // Mostly nothing differs, which is told without filling in anything.
  return isDeepStrictEqual(a, b) || isDeepStrictEqual(comparable(a), comparable(b));
}

/** The template with white space around the images of its containers removed; init containers stay, as in OpenShift. */
export function withTrimmedImages(template: PodTemplateSpec): PodTemplateSpec {
  const { spec } = template;
  return spec ? { ...template, spec: { ...spec, containers: (spec.containers ?? []).map(trimmed) } } : template;
}

function trimmed(container: Container): Container {
  return container.image === undefined ? container : { ...container, image: container.image.trim() };
}

function comparable(template: PodTemplateSpec): PodTemplateSpec {
  return defaultPodTemplate({ metadata: {}, ...withTrimmedImages(template) });
}
