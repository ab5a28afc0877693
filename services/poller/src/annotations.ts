import { DURATION_PATTERN, durationMs } from './duration.ts';

/** How often the tags of a stream are looked at; with `.<tag>` behind it, that tag. */
export const INTERVAL = 'poller.tagstream.io/interval';

/** A new value asks for a check of all tags now. */
export const IMPORT_NOW = 'poller.tagstream.io/import-now';

type Annotations = Readonly<Record<string, string>> | undefined;

/** How often somebody wants a tag looked at. */
export interface WantedInterval {
  /** Null when nobody said. */
  readonly intervalMs: number | null;
  /** What is wrong with the annotation, which then does not count; null when nothing is. */
  readonly problem: string | null;
}

/** Reads the interval of a tag from the annotations of its stream. The tag's own one wins. */
export function wantedInterval(annotations: Annotations, tag: string): WantedInterval {
  const name = [`${INTERVAL}.${tag}`, INTERVAL].find((candidate) => annotations?.[candidate] !== undefined);
  const text = name === undefined ? undefined : annotations?.[name]?.trim();
  if (text === undefined) return { intervalMs: null, problem: null };
  const intervalMs = durationMs(text);
  if (intervalMs !== undefined) return { intervalMs, problem: null };
  return { intervalMs: null, problem: `the annotation ${name} is "${text}": it must match ${DURATION_PATTERN}` };
}

/** The value by which a check of all tags is asked for, empty for none. */
export function importNowOf(annotations: Annotations): string {
  return annotations?.[IMPORT_NOW] ?? '';
}
