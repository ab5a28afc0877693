import type { TagAddress } from './tag-source.ts';

/** Annotation on a workload's own metadata (not its pod template) that lists its image triggers as JSON. */
export const TRIGGERS_ANNOTATION = 'image.openshift.io/triggers';

/** One image trigger: which tag to follow and which field to write. */
export interface ImageTrigger {
  readonly from: {
    readonly kind: string;
    /** `stream:tag`. */
    readonly name: string;
    /** Empty for the workload's own namespace. */
    readonly namespace: string;
  };
  readonly fieldPath: string;
  readonly paused: boolean;
}

/** Result of reading the annotation. An object with an invalid one has no triggers at all. */
export type ParsedTriggers =
  | { readonly kind: 'triggers'; readonly triggers: readonly ImageTrigger[] }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Reads the value of the triggers annotation: a JSON array. An absent annotation, `[]` and `null` mean no triggers. As in
 * OpenShift member names match whatever their case, unknown members are ignored, a wrong type is an error, and so is a
 * `fieldPath` that occurs twice. Other than there, `"true"` and `"false"` are accepted for `paused`, because some web
 * consoles wrote strings.
 */
export function parseTriggers(annotation: string | undefined): ParsedTriggers {
  if (annotation === undefined || annotation === '') return { kind: 'triggers', triggers: [] };
  try {
    const triggers = arrayOf(JSON.parse(annotation)).map(triggerOf);
    const paths = triggers.map(({ fieldPath }) => fieldPath);
    const twice = paths.find((path, index) => paths.indexOf(path) !== index);
    return twice === undefined
      ? { kind: 'triggers', triggers }
      : { kind: 'invalid', reason: `fieldPath ${twice} occurs twice: a field can follow one tag only` };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'invalid', reason: `the value is not JSON: ${error.message}` };
    if (error instanceof TypeError) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}

/**
 * The tag that a trigger follows: `from.name` is `stream:tag`, an empty tag being `latest`; `from.namespace` defaults to the
 * workload's. Undefined for a kind other than ImageStreamTag and for a name without a colon.
 */
export function triggerSource(trigger: ImageTrigger, workloadNamespace: string): TagAddress | undefined {
  const { kind, name, namespace } = trigger.from;
  const colon = name.indexOf(':');
  if (colon <= 0 || (kind !== '' && kind !== 'ImageStreamTag')) return undefined;
  return {
    namespace: namespace || workloadNamespace,
    stream: name.slice(0, colon),
    tag: name.slice(colon + 1) || 'latest',
  };
}

/** The tags that a workload follows through triggers that are not paused, for an index from tags to workloads. */
export function followedTags(triggers: readonly ImageTrigger[], workloadNamespace: string): readonly TagAddress[] {
  return triggers
    .filter(({ paused }) => !paused)
    .map((trigger) => triggerSource(trigger, workloadNamespace))
    .filter((source) => source !== undefined);
}

function triggerOf(value: unknown, index: number): ImageTrigger {
  const at = `trigger ${index}`;
  const trigger = membersOf(value, at);
  const from = membersOf(trigger.get('from'), `${at}: from`);
  return {
    from: {
      kind: stringOf(from.get('kind'), `${at}: from.kind`),
      name: stringOf(from.get('name'), `${at}: from.name`),
      namespace: stringOf(from.get('namespace'), `${at}: from.namespace`),
    },
    fieldPath: stringOf(trigger.get('fieldpath'), `${at}: fieldPath`),
    paused: booleanOf(trigger.get('paused'), `${at}: paused`),
  };
}

function arrayOf(value: unknown): readonly unknown[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw new TypeError('the value must be a JSON array of triggers');
  return value;
}

/** Members by lower-case name; of several that differ in case only, the last one counts. */
function membersOf(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) throw new TypeError(`${what} must be an object`);
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

function stringOf(value: unknown, what: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') throw new TypeError(`${what} must be a string`);
  return value;
}

function booleanOf(value: unknown, what: string): boolean {
  if (value === null || value === undefined || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw new TypeError(`${what} must be true or false`);
}
