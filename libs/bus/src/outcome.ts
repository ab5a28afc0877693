/**
 * What a handler made of a message. The bus acknowledges accordingly; handlers never do.
 *
 * - `done`: the effect and everything that follows from it is durable.
 * - `retry`: not possible yet; deliver it again after the given time. Not a failure.
 * - `reject`: it can never be processed; it goes to the dead-letter stream with the reason.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'reject'; readonly reason: string };
