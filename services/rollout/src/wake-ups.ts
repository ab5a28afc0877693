/**
 * Those who wait until a DeploymentConfig has been looked at with the live values of its tags. Whoever asks is answered by a
 * look that began after the question.
 */
export class WakeUps {
  readonly #waiting = new Map<string, PromiseWithResolvers<void>[]>();

  /** Resolves when the tags of the DeploymentConfig have been looked at and what follows from them is written. */
  request(key: string): Promise<void> {
    const request = Promise.withResolvers<void>();
    this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), request]);
    return request.promise;
  }

  /** Those who wait now; they are the caller's to answer. */
  take(key: string): PromiseWithResolvers<void>[] {
    const taken = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    return taken;
  }

  /** Puts those back who could not be answered yet. */
  putBack(key: string, requests: PromiseWithResolvers<void>[]): void {
    if (requests.length > 0) this.#waiting.set(key, [...requests, ...(this.#waiting.get(key) ?? [])]);
  }
}
