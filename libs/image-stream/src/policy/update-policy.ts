import {
  type Annotations,
  HOLD_ANNOTATION,
  MINIMUM_AGE_ANNOTATION,
  POLICY_PREFIX,
  REVERTED_ANNOTATION,
  UPDATE_WINDOW_ANNOTATION,
} from './annotations.ts';
import { DURATION_FORM, durationMs } from './duration.ts';
import { type Hold, parseHold } from './hold.ts';
import { parseUpdateWindow, type UpdateWindow } from './update-window.ts';

/** What the owner of an object with image triggers wants heeded before an image is written. */
export interface UpdatePolicy {
  readonly minimumAge?: { readonly text: string; readonly ms: number };
  readonly window?: UpdateWindow;
  readonly hold?: Hold;
}

/** Result of reading the annotations. While they are invalid no image may be written: nobody knows what was meant. */
export type ParsedPolicy =
  | { readonly kind: 'none' }
  | { readonly kind: 'policy'; readonly policy: UpdatePolicy }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

const NONE: ParsedPolicy = { kind: 'none' };

const READERS: Readonly<Record<string, (text: string) => UpdatePolicy>> = {
  [MINIMUM_AGE_ANNOTATION]: (text) => ({ minimumAge: { text, ms: ageMs(text) } }),
  [UPDATE_WINDOW_ANNOTATION]: (text) => ({ window: parseUpdateWindow(text) }),
  [HOLD_ANNOTATION]: (text) => ({ hold: parseHold(text) }),
};

/**
 * Reads the update policy of an object from its own annotations. An annotation of ours that does not exist is a problem like one that
 * cannot be read: it is a misspelt one.
 */
export function updatePolicy(annotations: Annotations): ParsedPolicy {
  let policy: UpdatePolicy | undefined;
  const problems: string[] = [];
  for (const name in annotations) {
    if (!name.startsWith(POLICY_PREFIX) || name === REVERTED_ANNOTATION) continue;
    try {
      policy = { ...policy, ...readerOf(name)(annotations[name]?.trim() ?? '') };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      problems.push(`${name}: ${error.message}`);
    }
  }
  if (problems.length > 0) return { kind: 'invalid', problems: problems.sort() };
  return policy === undefined ? NONE : { kind: 'policy', policy };
}

function readerOf(name: string): (text: string) => UpdatePolicy {
  const reader = READERS[name];
  if (reader !== undefined) return reader;
  throw new TypeError(`there is no such annotation; there are ${Object.keys(READERS).join(', ')}`);
}

function ageMs(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new TypeError(`"${text}" is not ${DURATION_FORM}`);
  return ms;
}
