/** What is wrong with the text of a reference. */
export type ImageRefErrorCode = 'empty' | 'scheme' | 'registry' | 'path' | 'tag' | 'digest' | 'too_long' | 'no_name';

/** A text that is no image reference. The message is a sentence for the person who wrote it. Never retryable. */
export class ImageRefError extends Error {
  override readonly name = 'ImageRefError';
  readonly retryable = false;
  readonly code: ImageRefErrorCode;

  constructor(code: ImageRefErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
