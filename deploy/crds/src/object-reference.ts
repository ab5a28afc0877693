import { object, type Schema, text } from './schema.ts';

type Limits = Pick<Schema, 'nullable' | 'required' | 'x-kubernetes-validations'>;

/** Longer than any name or pull spec in use, short enough for the cost limits of CEL rules. */
const MAX_NAME_LENGTH = 512;

/** The ordinary `v1` ObjectReference. All of its fields are listed, because manifests may carry them. */
export const objectReference = (description: string, kind: string, name: string, extra: Limits = {}): Schema =>
  object(
    description,
    {
      kind: text(kind, { maxLength: 64 }),
      namespace: text('Namespace of the referent; empty means the own namespace.', { maxLength: 63 }),
      name: text(name, { maxLength: MAX_NAME_LENGTH }),
      apiVersion: { type: 'string' },
      uid: { type: 'string' },
      resourceVersion: { type: 'string' },
      fieldPath: { type: 'string' },
    },
    extra,
  );
