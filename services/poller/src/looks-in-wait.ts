import type { Look, LookResult } from './look.ts';
import type { Question } from './question.ts';

/** Somebody who waits for the answer to a question. */
export interface WaitingLook {
  readonly look: Look;
  readonly answer: (result: LookResult) => void;
  readonly fail: (error: unknown) => void;
}

/** The looks that wait for their turn, by question. */
export interface LooksInWait {
  /** Waits for an answer; undefined when too many wait for this registry already. Rejects with the signal's reason. */
  wait(question: Question, look: Look, signal: AbortSignal): Promise<LookResult> | undefined;
  isWaiting(key: string): boolean;
  /** Takes all that wait for a question. */
  take(key: string): readonly WaitingLook[];
  /** Answers all that wait for a registry. */
  answerAll(registry: string, result: LookResult): void;
  /** Gives all up. */
  failAll(error: unknown): void;
}

/** Looks that wait for one registry; what comes on top is sent away, so that it leaves room for other registries. */
export const MAX_LOOKS_PER_REGISTRY = 64;

interface Entry extends WaitingLook {
  readonly registry: string;
}

/** Nobody waits. */
export function looksInWait(): LooksInWait {
  const waiting = new Map<string, Set<Entry>>();
  /** Looks of each registry that have no answer yet, those whose question is being asked included. */
  const counts = new Map<string, number>();

  function count(registry: string, change: 1 | -1): void {
    const left = (counts.get(registry) ?? 0) + change;
    if (left === 0) counts.delete(registry);
    else counts.set(registry, left);
  }

  function take(key: string): readonly Entry[] {
    const entries = waiting.get(key);
    if (entries === undefined) return [];
    waiting.delete(key);
    return [...entries];
  }

  return {
    wait({ key, registry }, look, signal) {
      if ((counts.get(registry) ?? 0) >= MAX_LOOKS_PER_REGISTRY) return undefined;
      count(registry, 1);
      const { promise, resolve, reject } = Promise.withResolvers<LookResult>();
      const entry: Entry = { registry, look, answer: resolve, fail: reject };
      const giveUp = () => {
        waiting.get(key)?.delete(entry);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.set(key, (waiting.get(key) ?? new Set()).add(entry));
      return promise.finally(() => {
        count(registry, -1);
        signal.removeEventListener('abort', giveUp);
      });
    },
    isWaiting: (key) => (waiting.get(key)?.size ?? 0) > 0,
    take,
    answerAll(registry, result) {
      for (const [key, entries] of [...waiting]) {
        const [first] = entries;
        if (first?.registry === registry) for (const entry of take(key)) entry.answer(result);
      }
    },
    failAll(error) {
      for (const key of [...waiting.keys()]) for (const entry of take(key)) entry.fail(error);
    },
  };
}
