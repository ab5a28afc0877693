import { registryKey } from '@tagstream/image-ref';
import { DURATION_PATTERN, durationMs } from './duration.ts';

/** What one registry is asked at most, by all replicas together. */
export interface RegistryPolicy {
  /** Questions under way at the same time. */
  readonly concurrency: number;
  /** Questions begun in a second, on average. */
  readonly ratePerSecond: number;
  /** No tag is looked at more often, whatever its stream asks for. */
  readonly floorMs: number;
}

/** The policy of a registry in normal form. */
export type PolicyOf = (registry: string) => RegistryPolicy;

/** One registry's own limits, `docker.io floor=5m rate=10`: its name, then what differs from the defaults. */
export const LIMITS_PATTERN = `^\\S+( (concurrency=[1-9]\\d{0,3}|rate=[1-9]\\d{0,5}|floor=${DURATION_PATTERN.slice(1, -1)}))+$`;

/**
 * Docker Hub answers HEAD without counting it as a pull, but watches for abuse; its images move a few times a day at most.
 */
const BUILT_IN = ['docker.io floor=5m rate=10'];

/**
 * Makes the policies of a default and of texts that match {@link LIMITS_PATTERN}. A text for a registry that has limits
 * already changes those that it names.
 */
export function registryPolicies(initial: RegistryPolicy, texts: readonly string[]): PolicyOf {
  const special = new Map<string, RegistryPolicy>();
  for (const text of [...BUILT_IN, ...texts]) {
    const [host = '', ...limits] = text.split(' ');
    const registry = registryKey(host);
    special.set(registry, limits.reduce(withLimit, special.get(registry) ?? initial));
  }
  return (registry) => special.get(registry) ?? initial;
}

function withLimit(policy: RegistryPolicy, limit: string): RegistryPolicy {
  const [name, value = ''] = limit.split('=');
  switch (name) {
    case 'concurrency':
      return { ...policy, concurrency: Number(value) };
    case 'rate':
      return { ...policy, ratePerSecond: Number(value) };
    default:
      return { ...policy, floorMs: durationMs(value) ?? policy.floorMs };
  }
}
