import { object, type Schema, text } from './schema.ts';

/** Reference by name to an object of the same namespace; exported manifests may carry null. */
export const localReference = (description: string): Schema =>
  object(description, { name: text('Its name.', { maxLength: 253 }) }, { nullable: true });
