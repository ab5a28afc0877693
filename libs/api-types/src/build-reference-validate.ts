import { type FieldProblem, invalid, required } from './field-problem.ts';
import type { ObjectReference } from './meta.ts';
import { tagNameProblems } from './trigger-validate.ts';

/** OpenShift: the kinds that a build can start from. */
const IMAGE_KINDS = ['ImageStreamTag', 'ImageStreamImage', 'DockerImage'];

/** A reference to the image that a build starts from. */
export function fromProblems(from: ObjectReference, field: string): FieldProblem[] {
  if (!IMAGE_KINDS.includes(from.kind ?? '')) {
    return [
      invalid(`${field}.kind`, 'the referenced image source must be ImageStreamTag, ImageStreamImage or DockerImage'),
    ];
  }
  if (!from.name) return [required(`${field}.name`)];
  if (from.kind === 'ImageStreamTag') return tagNameProblems(from.name, from.namespace ?? '', `${field}.name`);
  if (from.kind === 'ImageStreamImage' && !/^[^@]+@[^@]+$/.test(from.name)) {
    return [invalid(`${field}.name`, 'must be in the form of <name>@<id>')];
  }
  return [];
}

/** Whether a path inside the source leads out of it: absolute, or by `..`. */
export function leavesSource(path: string): boolean {
  if (path.startsWith('/')) return true;
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
