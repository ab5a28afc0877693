import { canonicalKey, type ImageReference, registryKey, repositoryKey } from '@tagstream/image-ref';
import type { Access } from './credentials/access.ts';

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
  /** `docker.io/library/nginx:latest`: what hints name. */
  readonly canonical: string;
  /** `docker.io/library/nginx`: what replicas share out, so that tokens and connections stay together. */
  readonly repository: string;
  readonly reference: ImageReference;
  /** How the reference is reached, where that takes more than asking its registry as anybody. */
  readonly access?: Access;
}

/** A reference that cannot or must not be asked for; the answer is known without a registry. */
export interface InvalidReference {
  readonly kind: 'invalid';
  readonly key: string;
  readonly registry: '';
  readonly canonical: string;
  readonly repository: string;
  /** Of the condition that tells it. */
  readonly reason: 'Invalid' | 'Forbidden';
  readonly problem: string;
}

/** Nearly every tag's preference; one object for all of them. */
const ANY_PLATFORM: ImportPolicy['preferredPlatform'] = {};

/**
 * The question for a reference. The platform counts for tags only: OpenShift ignores the preference when a list is imported
 * by its digest.
 * @throws ImageRefError for a reference that names a registry only.
 */
export function questionFor(reference: ImageReference, policy: ImportPolicy): AskRegistry {
  const { insecure, importMode } = policy;
  const canonical = canonicalKey(reference);
  const { architecture = '', os = '' } = reference.digest === '' ? policy.preferredPlatform : ANY_PLATFORM;
  return {
    kind: 'ask',
    key: [canonical, insecure ? 'insecure' : '', importMode, architecture, os].join(' '),
    registry: registryKey(reference.registry),
    canonical,
    repository: repositoryKey(reference),
    reference,
    insecure,
    importMode,
    preferredPlatform: architecture === '' && os === '' ? ANY_PLATFORM : policy.preferredPlatform,
  };
}

/** The question that a text stands for which is no reference, or one that is not to be imported. */
export function invalidQuestion(
  from: string,
  problem: string,
  reason: InvalidReference['reason'] = 'Invalid',
): InvalidReference {
  const key = `invalid ${from}\n${problem}`;
  return { kind: 'invalid', key, registry: '', canonical: from, repository: from, reason, problem };
}

/** The same question where it is asked with some access; questions are one only when their access is. */
export function withAccess(question: AskRegistry, access: Access): AskRegistry {
  return { ...question, key: `${question.key} as ${access.identity}`, access };
}
