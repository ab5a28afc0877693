/**
 * What an object is with a merge patch (RFC 7386) applied, lists replaced whole. Other than there, null stays where the
 * object has nothing to remove, so that two patches can be merged into one.
 */
export function merged<T extends object>(object: T, patch: object): T {
  return mergedValue(object, patch) as T; // a patch of metadata and spec leaves an object what it is
}

function mergedValue(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null && key in result) delete result[key];
    else result[key] = mergedValue(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
