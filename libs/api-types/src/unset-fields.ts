import { isJsonObject, type JsonObject } from './json-object.ts';

/** Maps with keys of the user's choice: an empty one is as good as none, and what is in it is not looked at. */
const MAPS = new Set(['labels', 'annotations', 'nodeSelector', 'matchLabels', 'limits', 'requests']);

/** Objects of which an empty one is as good as none. Most are not: `emptyDir: {}` says something. */
const EMPTY_OBJECT_IS_UNSET = new Set([...MAPS, 'metadata']);

/** Fields for which the API server cannot tell false from absent. It can for the likes of `automountServiceAccountToken`. */
const FALSE_IS_UNSET = new Set(['hostNetwork', 'hostPID', 'hostIPC', 'stdin', 'stdinOnce', 'tty', 'readOnly']);

/** Fields for which the API server cannot tell an empty text from none. It can for `storageClassName`. */
const EMPTY_IS_UNSET = new Set([
  ...['image', 'value', 'workingDir', 'subPath', 'subPathExpr', 'fsType', 'medium'],
  ...['nodeName', 'hostname', 'subdomain', 'priorityClassName', 'serviceAccountName', 'serviceAccount'],
]);

/**
 * A copy without the fields of a pod template that say nothing: null, empty lists, empty labels or metadata, and false or
 * an empty text where that is the same as absent. Two templates that differ only in these run the same pods.
 */
export function withoutUnset(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, field]) => [name, MAPS.has(name) ? field : nested(field)] as const)
      .filter(([name, field]) => !isUnset(name, field)),
  );
}

function nested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nested);
  return isJsonObject(value) ? withoutUnset(value) : value;
}

function isUnset(name: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (value === false) return FALSE_IS_UNSET.has(name);
  if (value === '') return EMPTY_IS_UNSET.has(name);
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && EMPTY_OBJECT_IS_UNSET.has(name) && Object.keys(value).length === 0;
}
