import type { IgnoreReason } from './sender.ts';

/** Tags under which cosign keeps signatures, attestations and SBOMs, and registries without referrers API their list. */
const SIGNATURE_TAG = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/;

/** Harbor and Gitea put the digest where the tag belongs when something was pushed by digest. */
const DIGEST_AS_TAG = /^[a-z0-9]+:[0-9a-f]{32,}$/;

/** OCI distribution specification, "Pulling manifests": what a tag looks like. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * Why nobody can follow a tag of this name, null when somebody can. Untagged pushes are normal: each child of a
 * multi-architecture index is pushed by its digest.
 */
export function whyNotFollowed(tag: string): IgnoreReason | null {
  if (tag === '' || DIGEST_AS_TAG.test(tag)) return 'untagged';
  if (!TAG.test(tag)) return 'malformed';
  return SIGNATURE_TAG.test(tag) ? 'signature' : null;
}
