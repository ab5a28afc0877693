/** An object of a manifest whose fields are not known to the type system. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object, and neither null nor a list. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Change = (value: JsonObject) => JsonObject;

/** A copy with `change` applied to the object in `field`, if there is one. */
export function mapField(object: JsonObject, field: string, change: Change): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? { ...object, [field]: change(value) } : object;
}

/** A copy with `change` applied to every object of the list in `field`, if there is one. */
export function mapList(object: JsonObject, field: string, change: Change): JsonObject {
  const list = object[field];
  if (!Array.isArray(list)) return object;
  return { ...object, [field]: list.map((value: unknown) => (isJsonObject(value) ? change(value) : value)) };
}

/** A copy with `defaults` where a field is absent, null or an empty text: Go cannot tell these apart. */
export function withDefaults(object: JsonObject, defaults: JsonObject): JsonObject {
  const missing = Object.entries(defaults).filter(([field]) => (object[field] ?? '') === '');
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
}
