import type { ImageChange } from '@tagstream/image-stream';
import type { JsonPatchOperation } from '@tagstream/kube';

/**
 * The patch that writes image fields and nothing else. It holds only while the workload is the one that was read: the same
 * resourceVersion, and each field as it was.
 */
export function imagePatch(resourceVersion: string, changes: readonly ImageChange[]): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
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
