/** Which container a field path selects. */
export interface ContainerSelector {
  readonly list: 'containers' | 'initContainers';
  readonly by: { readonly index: number } | { readonly name: string };
}

/** Result of reading a `fieldPath`. */
export type ParsedFieldPath =
  | { readonly kind: 'container'; readonly selector: ContainerSelector }
  /** The path is meant for another kind of object, which is no error. */
  | { readonly kind: 'other-base' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Where a selected container is in a pod spec. */
export interface ContainerPlace {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  /** Undefined for a container without an image. */
  readonly image: string | undefined;
  readonly name: string;
}

/** The containers of a pod spec, as far as field paths need them. */
export interface PodSpecContainers {
  readonly containers?: readonly ContainerImage[] | null;
  readonly initContainers?: readonly ContainerImage[] | null;
}

interface ContainerImage {
  readonly name?: string;
  readonly image?: string;
}

const SELECTOR = /^(containers|initContainers)\[(.*?)\]\.?image$/;
const BY_NAME = /^\?\(@\.name=="(.*)"\)$/;
const BY_INDEX = /^[+-]?\d+$/;

/**
 * Reads `<base>.containers[<selector>].image`. The selector is a 0-based index or `?(@.name=="<container>")`, with double quotes
 * and no white space; `initContainers` is the other list; the dot before `image` may be missing. A path with another base
 * is not for this object.
 *
 * @param base where the pod spec is: `spec.template.spec`
 */
export function parseFieldPath(fieldPath: string, base: string): ParsedFieldPath {
  if (!fieldPath.startsWith(`${base}.`)) return { kind: 'other-base' };
  const match = SELECTOR.exec(fieldPath.slice(base.length + 1));
  const list = match?.[1];
  const selector = match?.[2] ?? '';
  if (list !== 'containers' && list !== 'initContainers') {
    return invalid(fieldPath, `write ${base}.containers[?(@.name=="<container>")].image`);
  }
  const name = BY_NAME.exec(selector)?.[1];
  if (name !== undefined) return { kind: 'container', selector: { list, by: { name } } };
  if (BY_INDEX.test(selector)) return { kind: 'container', selector: { list, by: { index: Number(selector) } } };
  return invalid(fieldPath, `"${selector}" must be a number or ?(@.name=="<container>")`);
}

/**
 * Finds the selected container. An index respects the list. A name does not: init containers are searched first, then the
 * others, whichever list is written, because OpenShift's own tools always write `containers[…]`.
 */
export function findContainer(podSpec: PodSpecContainers, selector: ContainerSelector): ContainerPlace | undefined {
  if ('index' in selector.by) return placeOf(podSpec, selector.list, selector.by.index);
  const { name } = selector.by;
  for (const list of ['initContainers', 'containers'] as const) {
    const index = (podSpec[list] ?? []).findIndex((container) => container.name === name);
    if (index >= 0) return placeOf(podSpec, list, index);
  }
  return undefined;
}

function placeOf(podSpec: PodSpecContainers, list: ContainerPlace['list'], index: number): ContainerPlace | undefined {
  const container = podSpec[list]?.[index];
  return container && { list, index, image: container.image, name: container.name ?? '' };
}

function invalid(fieldPath: string, advice: string): ParsedFieldPath {
  return { kind: 'invalid', reason: `fieldPath ${fieldPath} names no image field: ${advice}` };
}
