import type { KubeObject } from '@tagstream/api-types';
import { apiVersionOf, type Resource } from '@tagstream/kube';
import { stringify } from 'yaml';
import type { Host } from './host.ts';
import type { DryRunOptions, OutputOptions } from './options.ts';
import { styled } from './style.ts';

/** `deploymentconfig.apps.openshift.io/web`, as kubectl names objects in what it prints. */
export function fullName({ kind, group }: Resource, name: string): string {
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name}`;
}

/** `deploymentconfigs/web`, for messages. */
export function shortName({ plural }: Resource, name: string): string {
  return `${plural}/${name}`;
}

/** Prints what was done with an object, or the object in the format asked for. */
export function printObject(
  host: Host,
  options: OutputOptions & DryRunOptions,
  result: { readonly resource: Resource; readonly object: KubeObject; readonly operation: string },
): void {
  const { resource, object, operation } = result;
  const name = fullName(resource, object.metadata.name);
  if (options.output === undefined) {
    host.out(`${name} ${operation}${options.dryRun ? ' (dry run)' : ''}\n`);
  } else if (options.output === 'name') {
    host.out(`${name}\n`);
  } else {
    host.out(serialized({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }, options.output));
  }
}

/** An object as a document. */
export function serialized(object: object, format: 'json' | 'yaml'): string {
  // No folding: a folded command line is still the same, but nobody can read it.
  return format === 'json'
    ? `${JSON.stringify(object, null, 2)}\n`
    : stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Something that a person should know, beside the result. */
export function warn(host: Host, message: string): void {
  host.err(`${styled('Warning:', 'yellow', host.colour.err)} ${message}\n`);
}
