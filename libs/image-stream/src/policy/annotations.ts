/** What every annotation of ours on an object with image triggers begins with. */
export const POLICY_PREFIX = 'trigger.tagstream.io/';

/** How old a digest must be before it is used: `2h`. Its age counts from when the ImageStream recorded it. */
export const MINIMUM_AGE_ANNOTATION = `${POLICY_PREFIX}minimum-age`;

/** When images are written: `<cron expression>; <duration>; <time zone>`, such as `0 22 * * 1-5; 4h; Europe/Berlin`. */
export const UPDATE_WINDOW_ANNOTATION = `${POLICY_PREFIX}update-window`;

/** A digest that is not used, until the tag has a newer one or a time has come: `sha256:… until 2026-12-01T00:00:00Z`. */
export const HOLD_ANNOTATION = `${POLICY_PREFIX}hold`;

/** Written by us: who took back which image, and how often. */
export const REVERTED_ANNOTATION = `${POLICY_PREFIX}reverted`;

/** The annotations as the API server has them. */
export type Annotations = Readonly<Record<string, string>> | undefined;

/** Those of an object's annotations that are ours; undefined when there are none. */
export function policyAnnotations(annotations: Annotations): Annotations {
  const names = Object.keys(annotations ?? {}).filter((name) => name.startsWith(POLICY_PREFIX));
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, annotations?.[name] ?? '']));
}
