/** Why an operation is not carried out; an API server answers each with another HTTP status. */
export type RefusalReason =
  /** The DeploymentConfig is paused; resuming it first helps. */
  | 'paused'
  /** A rollout is under way; its end helps. */
  | 'in_progress'
  /** Nothing was rolled out yet, or nothing that this could work on. */
  | 'not_deployed'
  /** The version asked for is not there, or is the present one. */
  | 'no_version'
  /** What is recorded with a version cannot be read. */
  | 'undecodable'
  /** An image trigger has never had an image. */
  | 'unresolved_images'
  /** The latest rollout is in a phase in which this makes no sense. */
  | 'wrong_phase'
  /** What was asked for does not fit the object. */
  | 'invalid';

/** An operation that is not carried out. The message is for the person who asked. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly message: string;
}

export function refused(reason: RefusalReason, message: string): Refusal {
  return { kind: 'refused', reason, message };
}
