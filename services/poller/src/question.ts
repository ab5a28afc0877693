import { canonicalKey, type ImageReference, registryKey } from '@tagstream/image-ref';

/** How a registry is to be asked. */
export interface ImportPolicy {
  readonly insecure: boolean;
  readonly importMode: 'Legacy' | 'PreserveOriginal';
  readonly preferredPlatform: { readonly architecture?: string; readonly os?: string };
}

/** Something to find out. Tags with equal keys share one answer, whatever stream they are in and however they are spelled. */
export type Question = AskRegistry | InvalidReference;

export interface AskRegistry extends ImportPolicy {
  readonly kind: 'ask';
  readonly key: string;
  /** Registry in normal form: what limits and pauses are counted by. */
  readonly registry: string;
  /** `docker.io/library/nginx:latest`: what hints name and what membership is decided by. */
  readonly canonical: string;
  readonly reference: ImageReference;
}

/** A reference that cannot be asked for; the answer is known without a registry. */
export interface InvalidReference {
  readonly kind: 'invalid';
  readonly key: string;
  readonly registry: '';
  readonly canonical: string;
  readonly problem: string;
}

/**
 * The question for a reference. The platform counts for tags only: OpenShift ignores the preference when a list is imported
 * by its digest.
 * @throws ImageRefError for a reference that names a registry only.
 */
export function questionFor(reference: ImageReference, policy: ImportPolicy): AskRegistry {
  const { insecure, importMode } = policy;
  const canonical = canonicalKey(reference);
  const preferredPlatform = reference.digest === '' ? policy.preferredPlatform : {};
  const { architecture = '', os = '' } = preferredPlatform;
  return {
    kind: 'ask',
    key: [canonical, insecure ? 'insecure' : '', importMode, architecture, os].join(' '),
    registry: registryKey(reference.registry),
    canonical,
    reference,
    insecure,
    importMode,
    preferredPlatform,
  };
}

/** The question that a text which is no reference stands for. */
export function invalidQuestion(from: string, problem: string): InvalidReference {
  return { kind: 'invalid', key: `invalid ${from}\n${problem}`, registry: '', canonical: from, problem };
}
