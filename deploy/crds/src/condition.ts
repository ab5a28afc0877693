import { instant, type Schema, text } from './schema.ts';

/** The fields that the conditions of both kinds share. */
export const conditionFields: Readonly<Record<string, Schema>> = {
  status: text('True, False or Unknown.', { enum: ['True', 'False', 'Unknown'] }),
  lastTransitionTime: instant('When the status last changed.'),
  reason: text('The reason in one CamelCase word.'),
  message: text('The reason in words.'),
};
