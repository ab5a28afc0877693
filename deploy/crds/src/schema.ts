/** An OpenAPI schema with the keywords that a CustomResourceDefinition may use. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly description?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

/** A CEL rule: the API server refuses the object with `message` when `rule` is false. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  /** Where the error is reported, relative to the schema that carries the rule. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueRequired';
}

type Extra = Omit<Schema, 'type' | 'description' | 'properties' | 'items'>;

/** A text field. */
export const text = (description: string, extra: Extra = {}): Schema => ({ type: 'string', description, ...extra });

/** A 32-bit count. */
export const count = (description: string, extra: Extra = {}): Schema => ({
  type: 'integer',
  format: 'int32',
  description,
  ...extra,
});

/** A 64-bit number: a generation, a version, a duration in seconds. */
export const long = (description: string, extra: Extra = {}): Schema => ({
  type: 'integer',
  format: 'int64',
  description,
  ...extra,
});

/** Yes or no. */
export const flag = (description: string, extra: Extra = {}): Schema => ({ type: 'boolean', description, ...extra });

/** An instant. Nullable: Go programs print an unset time as null. */
export const instant = (description: string): Schema => ({
  type: 'string',
  format: 'date-time',
  nullable: true,
  description,
});

/** Labels, annotations: a map of text to text, which exported manifests may carry as null. */
export const textMap = (description: string, extra: Extra = {}): Schema => ({
  type: 'object',
  description,
  nullable: true,
  additionalProperties: { type: 'string' },
  ...extra,
});

/** A list that is replaced as a whole, which exported manifests may carry as null. */
export const list = (description: string, items: Schema, extra: Extra = {}): Schema => ({
  type: 'array',
  description,
  nullable: true,
  'x-kubernetes-list-type': 'atomic',
  ...extra,
  items,
});

/** An object with the fields given and no others. */
export const object = (
  description: string,
  properties: Readonly<Record<string, Schema>>,
  extra: Extra = {},
): Schema => ({
  type: 'object',
  description,
  ...extra,
  properties,
});
