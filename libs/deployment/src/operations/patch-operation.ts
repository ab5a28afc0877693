import type { DeploymentConfig } from '@tagstream/api-types';
import type { ImageChange } from '../image-triggers.ts';

/** An operation of a JSON patch (RFC 6902), as far as operations on DeploymentConfigs need them. */
export interface PatchOperation {
  readonly op: 'test' | 'add';
  /** JSON pointer (RFC 6901). */
  readonly path: string;
  readonly value: unknown;
}

/** The patch, valid only for the version of the object that was read. */
export function guarded(dc: DeploymentConfig, operations: readonly PatchOperation[]): PatchOperation[] {
  return [{ op: 'test', path: '/metadata/resourceVersion', value: dc.metadata.resourceVersion ?? '' }, ...operations];
}

/** Writes images, and with each trigger the image that it wrote. */
export function imageOperations({ containers, triggers }: ImageChange): PatchOperation[] {
  return [
    ...containers.map(({ list, index, image }) => add(`/spec/template/spec/${list}/${index}/image`, image)),
    ...triggers.map(({ index, image }) => add(`/spec/triggers/${index}/imageChangeParams/lastTriggeredImage`, image)),
  ];
}

/** Sets a field, whether it is there or not. */
export function add(path: string, value: unknown): PatchOperation {
  return { op: 'add', path, value };
}
