import type { IgnoreReason } from './sender.ts';

/** Tags under which cosign keeps signatures, attestations and SBOMs, and registries without referrers API their list. */
const SIGNATURE_TAG = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/;

/** Harbor and Gitea put the digest where the tag belongs when something was pushed by digest. */
const DIGEST_AS_TAG = /^[a-z0-9]+:[0-9a-f]{32,}$/;

/**
 * Why nobody can follow a tag of this name, null when somebody can. Untagged pushes are normal: each child of a
 * multi-architecture index is pushed by its digest.
 */
export function whyNotFollowed(tag: string | undefined): IgnoreReason | null {
  if (tag === undefined || tag === '' || DIGEST_AS_TAG.test(tag)) return 'untagged';
  return SIGNATURE_TAG.test(tag) ? 'signature' : null;
}
