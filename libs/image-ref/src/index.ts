export { isDigest } from './digest.ts';
export { ImageRefError, type ImageRefErrorCode } from './errors.ts';
export {
  canonicalKey,
  connectionTarget,
  normalForm,
  registryKey,
  repositoryKey,
  sameImageReference,
} from './normal-form.ts';
export { MAX_NAME_LENGTH, parseImageReference } from './parse.ts';
export { printImageReference, printRepository, withDigest, withoutTagAndDigest } from './print.ts';
export type { ImageReference } from './reference.ts';
