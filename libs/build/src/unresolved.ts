import type { ObjectReference } from '@tagstream/api-types';
import { BuildError } from './build-error.ts';

/** OpenShift: the words in which a reference to an image is refused. */
export function unresolved({ kind, name, namespace }: ObjectReference, why: string): BuildError {
  const place = kind === 'DockerImage' ? '' : ` in namespace ${namespace}`;
  return new BuildError('unresolved_image', `Error resolving ${kind} ${name}${place}: ${why}`, { field: 'from' });
}
