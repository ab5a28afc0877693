/**
 * Why no Build was made.
 * - `not_found`: there is no such BuildConfig, or no such Build to repeat.
 * - `paused`: the BuildConfig is annotated as paused.
 * - `version_mismatch`: the request names a `lastVersion` that is not the BuildConfig's.
 * - `already_triggered`: the image of the request has led to a Build before.
 * - `unresolved_image`: an ImageStreamTag or ImageStreamImage that is needed has no image.
 * - `wrong_strategy`: options for another strategy than the BuildConfig's.
 * - `invalid_config`: the BuildConfig is one that OpenShift would not have accepted.
 * - `name_taken`: a Build of that name is left from an earlier BuildConfig of the same name, and will be collected.
 * - `contended`: others made Builds of this BuildConfig faster, again and again.
 */
export type BuildErrorCode =
  | 'not_found'
  | 'paused'
  | 'version_mismatch'
  | 'already_triggered'
  | 'unresolved_image'
  | 'wrong_strategy'
  | 'invalid_config'
  | 'name_taken'
  | 'contended';

/** What the API server of OpenShift answers in these cases. */
const HTTP_STATUS: Readonly<Record<BuildErrorCode, number>> = {
  not_found: 404,
  paused: 400,
  version_mismatch: 400,
  already_triggered: 500,
  unresolved_image: 422,
  wrong_strategy: 400,
  invalid_config: 422,
  name_taken: 409,
  contended: 409,
};

/** Codes after which the same request may succeed later, with nobody changing the BuildConfig. */
const RETRYABLE: ReadonlySet<BuildErrorCode> = new Set(['unresolved_image', 'name_taken', 'contended']);

/** The error of this library. Decide by `code`; what the API server said comes as its own `KubeError`. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code: BuildErrorCode;
  readonly retryable: boolean;
  /** HTTP status with which OpenShift's API server says the same. */
  readonly httpStatus: number;
  /** Field of the request that is to blame, as `details.causes` names it. */
  readonly field: string | undefined;

  constructor(code: BuildErrorCode, message: string, options: ErrorOptions & { readonly field?: string } = {}) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.httpStatus = HTTP_STATUS[code];
    this.field = options.field;
  }
}
