import { type ImageChange, printReverts, REVERTED_ANNOTATION, type Reverts } from '@tagstream/image-stream';
import type { JsonPatchOperation } from '@tagstream/kube';

/** There are annotations wherever there are triggers. */
const REVERTED_PATH = `/metadata/annotations/${REVERTED_ANNOTATION.replaceAll('/', '~1')}`;

/**
 * The patch that writes image fields and nothing else. It holds only while the workload is the one that was read: the same
 * resourceVersion, and each field as it was.
 * @param reverts what to keep on the object about images that were taken back, when that changes
 */
export function imagePatch(
  resourceVersion: string,
  changes: readonly ImageChange[],
  reverts?: Reverts,
): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    ...(reverts ? [revertsOperation(printReverts(reverts))] : []),
    ...changes.flatMap(({ path, from, to }): JsonPatchOperation[] =>
      from === undefined
        ? [{ op: 'add', path, value: to }]
        : [
            { op: 'test', path, value: from },
            { op: 'replace', path, value: to },
          ],
    ),
  ];
}

function revertsOperation(value: string | undefined): JsonPatchOperation {
  return value === undefined ? { op: 'remove', path: REVERTED_PATH } : { op: 'add', path: REVERTED_PATH, value };
}
