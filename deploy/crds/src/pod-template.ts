import { readFileSync } from 'node:fs';
import type { Rule, Schema } from './schema.ts';

/** A schema as the API server publishes it; only what the conversion looks at is named. */
export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly oneOf?: readonly OpenApiSchema[];
  readonly type?: Schema['type'];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema;
  readonly items?: OpenApiSchema;
  readonly 'x-kubernetes-list-type'?: Schema['x-kubernetes-list-type'];
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: Schema['x-kubernetes-map-type'];
}

/** Schemas of the API server by their full name, as stored in `core-v1.generated.json`. */
export type OpenApiSchemas = Readonly<Record<string, OpenApiSchema>>;

/** Full names of schemas that the conversion knows. */
export const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
export const POD_TEMPLATE = 'io.k8s.api.core.v1.PodTemplateSpec';

/** Kubernetes: resource.Quantity, the documented grammar. */
const QUANTITY_PATTERN = '^[+-]?([0-9]+|[0-9]+\\.[0-9]*|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$';

/** Lists whose duplicates a Deployment accepts: as maps the API server would refuse them in a custom resource. */
const TOLERANT_LISTS = new Set(['env', 'ports', 'imagePullSecrets', 'hostAliases']);

/**
 * Objects that may become empty: where all keys of an object are taken away, server-side apply makes it null. For these null
 * is the same as absent, as it is for every map (labels, annotations, nodeSelector, limits). For others it may not be:
 * `emptyDir: {}` says something.
 */
const MAY_BE_EMPTY = new Set(['metadata', 'resources', 'securityContext', 'affinity', 'lifecycle', 'dnsConfig']);

/** Longer than any name that Kubernetes accepts for a container; CEL rules need a limit. */
const MAX_CONTAINER_NAME_LENGTH = 63;

/** Far above what a pod can run; CEL rules need a limit. */
const MAX_CONTAINERS = 64;

const AT_LEAST_ONE: Rule = {
  rule: 'self.size() > 0',
  message: 'a pod template with at least one container is required',
  reason: 'FieldValueRequired',
};

const ALWAYS: Rule = { rule: "self in ['', 'Always']", message: 'restartPolicy must be "Always"' };

const ABSENT: Rule = {
  rule: 'false',
  message: 'activeDeadlineSeconds must not be specified in the pod template',
};

/** The schemas in `core-v1.generated.json`. */
export const storedSchemas = (): OpenApiSchemas =>
  JSON.parse(readFileSync(new URL('./core-v1.generated.json', import.meta.url), 'utf8')) as OpenApiSchemas;

/** A named schema of the API server as a structural schema of a CRD: no references, no defaults, no descriptions. */
export function inlined(schemas: OpenApiSchemas, name: string): Schema {
  const schema = schemas[name];
  if (schema === undefined) throw new Error(`${name} is not in core-v1.generated.json: fetch the file again`);
  // A quantity may be written as a number, so it must not have a type; the pattern is looked at for strings only.
  if (name === QUANTITY) return { 'x-kubernetes-preserve-unknown-fields': true, pattern: QUANTITY_PATTERN };
  return converted(schemas, schema, '');
}

/** The pod template of a DeploymentConfig. */
export function podTemplate(schemas: OpenApiSchemas): Schema {
  const template = inlined(schemas, POD_TEMPLATE);
  const spec = template.properties!.spec!;
  const containers = (list: Schema): Schema => ({
    ...list,
    maxItems: MAX_CONTAINERS,
    items: {
      ...list.items!,
      properties: {
        ...list.items!.properties,
        name: { type: 'string', maxLength: MAX_CONTAINER_NAME_LENGTH },
      },
    },
  });
  const { containers: main, initContainers: init, restartPolicy, activeDeadlineSeconds } = spec.properties!;
  return {
    ...template,
    required: ['spec'],
    properties: {
      ...template.properties,
      spec: {
        ...spec,
        properties: {
          ...spec.properties,
          containers: { ...containers(main!), 'x-kubernetes-validations': [AT_LEAST_ONE] },
          initContainers: containers(init!),
          restartPolicy: { ...restartPolicy, 'x-kubernetes-validations': [ALWAYS] },
          activeDeadlineSeconds: { ...activeDeadlineSeconds, 'x-kubernetes-validations': [ABSENT] },
        },
      },
    },
  };
}

function converted(schemas: OpenApiSchemas, schema: OpenApiSchema, field: string): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) return inlined(schemas, reference.slice(reference.lastIndexOf('/') + 1));
  if (schema.oneOf !== undefined) return { 'x-kubernetes-int-or-string': true };
  const nullable = (name: string) => (MAY_BE_EMPTY.has(name) ? { nullable: true } : {});
  const each = (properties: Readonly<Record<string, OpenApiSchema>>) =>
    Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        { ...converted(schemas, value, name), ...nullable(name) },
      ]),
    );
  return {
    ...(schema.type === undefined ? {} : { type: schema.type }),
    ...(schema.format === undefined ? {} : { format: schema.format }),
    // Server-side apply sends the nulls of a manifest; Go programs print an unset time as null.
    ...(schema.format === 'date-time' ? { nullable: true } : {}),
    // To the API server an empty string is the same as leaving the field out.
    ...(schema.enum === undefined ? {} : { enum: ['', ...schema.enum] }),
    ...(schema.required === undefined ? {} : { required: schema.required }),
    ...(schema.properties === undefined ? {} : { properties: each(schema.properties) }),
    ...(schema.items === undefined ? {} : { items: converted(schemas, schema.items, '') }),
    ...(schema.additionalProperties === undefined
      ? {}
      : { nullable: true, additionalProperties: converted(schemas, schema.additionalProperties, '') }),
    ...listKeywords(schema, field),
    ...(schema['x-kubernetes-map-type'] === undefined
      ? {}
      : { 'x-kubernetes-map-type': schema['x-kubernetes-map-type'] }),
    // FieldsV1: free form.
    ...(schema.type === 'object' && schema.properties === undefined && schema.additionalProperties === undefined
      ? { 'x-kubernetes-preserve-unknown-fields': true }
      : {}),
  };
}

function listKeywords(schema: OpenApiSchema, field: string): Schema {
  const type = schema['x-kubernetes-list-type'];
  if (type === undefined) return {};
  if (TOLERANT_LISTS.has(field)) return { 'x-kubernetes-list-type': 'atomic' };
  const keys = schema['x-kubernetes-list-map-keys'];
  return { 'x-kubernetes-list-type': type, ...(keys === undefined ? {} : { 'x-kubernetes-list-map-keys': keys }) };
}
