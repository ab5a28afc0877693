/** Says who of a group is responsible for a key. */
export type OwnerOf = (key: string) => string | undefined;

/**
 * Shares keys out by rendezvous hashing (Thaler and Ravishankar, 1996): each member has a weight for each key, and the
 * heaviest owns it. So everybody who knows the members knows the owner, a member that comes or goes moves only the keys that
 * it gets or had, and each has about as many as the others.
 *
 * @param members in any order; without any, nobody owns anything.
 */
export function rendezvous(members: readonly string[]): OwnerOf {
  const hashed = [...members].sort().map((name) => ({ name, hash: hashOf(name) }));
  return (key) => {
    const keyHash = hashOf(key);
    let owner: string | undefined;
    let heaviest = -1;
    for (const { name, hash } of hashed) {
      const weight = mix(Math.imul(keyHash, GOLDEN_RATIO) ^ hash);
      if (weight <= heaviest) continue;
      heaviest = weight;
      owner = name;
    }
    return owner;
  };
}

/** 2^32 divided by the golden ratio: spreads keys that differ little. */
const GOLDEN_RATIO = 0x9e3779b1;

/** FNV-1a over the UTF-16 units, mixed: 32 bits, the same on every machine. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** The last step of MurmurHash3: every bit of the input reaches every bit of the result, an unsigned 32-bit number. */
function mix(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
