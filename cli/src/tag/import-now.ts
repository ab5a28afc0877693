/** Annotation of an ImageStream by which somebody asks for a check of its tags now; any new value does. */
export const IMPORT_NOW = 'poller.tagstream.io/import-now';

/** What to merge into the annotations of a stream. */
export function importNow(nowMs: number): Readonly<Record<string, string>> {
  return { [IMPORT_NOW]: new Date(nowMs).toISOString() };
}
