import type { FieldOwner } from './reverts.ts';

/** An entry of `metadata.managedFields`. */
export interface ManagedFields {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
  /** `{"f:spec": {"f:template": …}}`: the fields that the manager wrote last. */
  readonly fieldsV1?: unknown;
}

/** A container's image field, in an object. */
export interface ImageField {
  /** Where the pod spec is: `spec.template.spec`. */
  readonly base: string;
  readonly list: 'containers' | 'initContainers';
  readonly container: string;
}

/**
 * Who wrote the image of a container last. Kubernetes keeps who wrote which field; of several that say they want the same value it is
 * the one that wrote last. In a custom resource a list of containers may belong to its writer as a whole.
 */
export function imageOwner(
  managedFields: readonly ManagedFields[] | undefined,
  { base, list, container }: ImageField,
): FieldOwner | undefined {
  const steps = [...base.split('.'), list].map((member) => `f:${member}`);
  const element = [`k:${JSON.stringify({ name: container })}`, 'f:image'];
  const owners = (managedFields ?? []).filter(({ fieldsV1 }) => {
    const containers = memberAt(fieldsV1, steps);
    if (containers === undefined) return false;
    return Object.keys(containers).length === 0 || memberAt(containers, element) !== undefined;
  });
  const [last] = owners.sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return last && { manager: last.manager ?? 'unknown', at: last.time };
}

function memberAt(value: unknown, steps: readonly string[]): object | undefined {
  let at = value;
  for (const step of steps)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined;
  return typeof at === 'object' && at !== null ? at : undefined;
}
