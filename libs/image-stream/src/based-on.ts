import type { TagEvent } from '@tagstream/api-types';

/** The newest item of a tag as an observation names it, so that its arrival can be compare-and-set. */
export interface BasedOn {
  readonly image: string;
  readonly reference: string;
  readonly generation: number;
  readonly created: string;
}

/** How an observation made now names the item it was compared with; null for a tag without items. */
export function basedOnItem(item: TagEvent | undefined): BasedOn | null {
  if (item === undefined) return null;
  const { image, dockerImageReference, generation, created } = item;
  return { image, reference: dockerImageReference, generation, created };
}

/** True while the newest item is still the one that the observation was compared with, or there is still none. */
export function isStillNewest(basedOn: BasedOn | null, newest: TagEvent | undefined): boolean {
  if (basedOn === null || newest === undefined) return basedOn === null && newest === undefined;
  return (
    basedOn.created === newest.created &&
    basedOn.image === newest.image &&
    basedOn.reference === newest.dockerImageReference &&
    basedOn.generation === newest.generation
  );
}
