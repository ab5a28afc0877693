export { parseReceivers } from './definition.ts';
export { ReceiversError } from './receivers-error.ts';
