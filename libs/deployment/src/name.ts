/** Longest name of a pod, a config map or a build: a DNS subdomain (RFC 1123). */
export const MAX_NAME_LENGTH = 253;

/** Length of a 32-bit hash in hex with the dashes around it: `-15da3d4f-`. */
const HASH_PART_LENGTH = 10;

/**
 * `base-suffix`, shortened so that it fits into `maxLength` and stays unique: what is cut off lives on in a hash.
 * OpenShift: room is `maxLength - 10 - suffix`; with room, the beginning of base, the hash of base, the suffix; without, the
 * beginning of base and the hash of `base-suffix`.
 */
export function shortenedName(base: string, suffix: string, maxLength: number = MAX_NAME_LENGTH): string {
  const full = `${base}-${suffix}`;
  if (full.length <= maxLength) return full;
  const room = maxLength - HASH_PART_LENGTH - suffix.length;
  if (room > 0) return `${base.slice(0, room)}-${fnv1a(base)}-${suffix}`;
  return `${base.slice(0, Math.max(0, maxLength - 9))}-${fnv1a(full)}`.slice(0, maxLength);
}

/** Name of the ReplicationController of a version: `<dc>-<version>`. */
export function replicationControllerName(dcName: string, version: number): string {
  return `${dcName}-${version}`;
}

/** Name of the deployer pod of a ReplicationController. */
export function deployerPodName(rcName: string): string {
  return shortenedName(rcName, 'deploy');
}

/** Name of the pod of a lifecycle hook. */
export function hookPodName(rcName: string, moment: 'pre' | 'mid' | 'post'): string {
  return shortenedName(rcName, `hook-${moment}`);
}

/** 32-bit FNV-1a over UTF-8, as eight hex digits. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
