import { type OpenApiSchema, type OpenApiSchemas, POD_TEMPLATE } from './pod-template.ts';

/** Keywords that a structural schema has no use for; without them the stored file is small and its diffs are readable. */
const DROPPED = new Set([
  'description',
  'default',
  'x-kubernetes-unions',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
]);

/** What `/openapi/v3/api/v1` of an API server says about pod templates: the schemas that they reach, by name. */
export function pruned(document: { components: { schemas: OpenApiSchemas } }): OpenApiSchemas {
  const reached = new Map<string, OpenApiSchema>();
  const collect = (name: string): void => {
    if (reached.has(name)) return;
    const schema = document.components.schemas[name];
    if (schema === undefined) throw new Error(`the API server's document has no schema ${name}`);
    reached.set(name, withoutKeywords(schema) as OpenApiSchema);
    for (const reference of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      collect(reference[1]!);
    }
  };
  collect(POD_TEMPLATE);
  return Object.fromEntries([...reached].sort(([a], [b]) => a.localeCompare(b)));
}

/** Field names stay as they are, also a field that is called `default` or `description`. */
function withoutKeywords(value: unknown, ofProperties = false): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutKeywords(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => ofProperties || !DROPPED.has(key))
      .map(([key, entry]) => [key, withoutKeywords(entry, key === 'properties' && !ofProperties)]),
  );
}
