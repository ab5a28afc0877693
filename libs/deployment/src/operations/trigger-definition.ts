/** An image trigger, as `oc set triggers` sees those of every kind of object alike. */
export interface ImageTriggerDefinition {
  readonly auto: boolean;
  /** `stream:tag`. */
  readonly from: string;
  /** Empty for the object's own namespace. */
  readonly namespace: string;
  /** Containers that get the image. */
  readonly containers: readonly string[];
}

/** The triggers of an object. */
export interface TriggerDefinition {
  /** For objects without such a trigger: not paused. */
  readonly configChange: boolean;
  readonly images: readonly ImageTriggerDefinition[];
}

/** What `oc set triggers` is to change. */
export type TriggerChange =
  | { readonly kind: 'remove-all' }
  /** All triggers automatic, or none and no ConfigChange. */
  | { readonly kind: 'all'; readonly auto: boolean }
  | { readonly kind: 'config'; readonly remove: boolean }
  | ({ readonly kind: 'image'; readonly remove: boolean } & ImageTriggerDefinition);

/**
 * The triggers after a change. OpenShift: an image trigger is found again by its tag and namespace and then replaced; when
 * one is removed the namespace does not matter.
 */
export function changedTriggers(before: TriggerDefinition, change: TriggerChange): TriggerDefinition {
  switch (change.kind) {
    case 'remove-all':
      return { configChange: false, images: [] };
    case 'all':
      return { configChange: change.auto, images: before.images.map((image) => ({ ...image, auto: change.auto })) };
    case 'config':
      return { ...before, configChange: !change.remove };
    case 'image': {
      const { kind: _, remove, ...image } = change;
      if (remove) return { ...before, images: before.images.filter(({ from }) => from !== image.from) };
      const index = before.images.findIndex(
        ({ from, namespace }) => from === image.from && namespace === image.namespace,
      );
      return { ...before, images: index < 0 ? [...before.images, image] : before.images.with(index, image) };
    }
  }
}

/** A row of what `oc set triggers` prints. */
export interface TriggerRow {
  readonly type: 'config' | 'image';
  readonly value: string;
  readonly auto: boolean;
}

export function triggerRows({ configChange, images }: TriggerDefinition): TriggerRow[] {
  return [
    { type: 'config', value: '', auto: configChange },
    ...images.map(({ auto, from, namespace, containers }): TriggerRow => {
      const tag = namespace === '' ? from : `${namespace}/${from}`;
      return { type: 'image', value: containers.length > 0 ? `${tag} (${containers.join(', ')})` : tag, auto };
    }),
  ];
}

/** What is wrong with the containers that image triggers name, in OpenShift's words; undefined when nothing is. */
export function containerProblem(
  images: readonly ImageTriggerDefinition[],
  containers: readonly string[],
): string | undefined {
  for (const image of images) {
    if (image.containers.length === 0) return 'you must specify --containers when setting --from-image';
    const unknown = image.containers.filter((name) => !containers.includes(name));
    if (unknown.length > 0) {
      return `not all container names exist: ${unknown.toSorted().join(', ')} (accepts: ${containers.toSorted().join(', ')})`;
    }
  }
  return undefined;
}
