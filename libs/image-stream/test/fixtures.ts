import type { ImageStream, NamedTagEventList, TagEvent, TagReference } from '@tagstream/api-types';
import { normalizeTag } from '@tagstream/api-types';
import { specHash } from '../src/index.ts';

export const NAMESPACE = 'shop';
export const UID = '5b9f3c1e-6a0e-4c3b-9a51-0d5c1f7f5a11';
export const NOW = '2026-11-21T10:00:00.000Z';

/** A digest that is easy to tell apart: 64 times the hex digit. */
export const digest = (hexDigit: string) => `sha256:${hexDigit.repeat(64)}`;

export const item = (reference: string, image: string, more: Partial<TagEvent> = {}): TagEvent => ({
  created: '2026-11-20T09:00:00.000Z',
  dockerImageReference: reference,
  image,
  generation: 1,
  ...more,
});

/** An item as an import records it: the repository with the digest attached. */
export const imported = (repository: string, hexDigit: string, more: Partial<TagEvent> = {}): TagEvent =>
  item(`${repository}@${digest(hexDigit)}`, digest(hexDigit), more);

export const docker = (name: string, from: string, more: Partial<TagReference> = {}): TagReference => ({
  name,
  from: { kind: 'DockerImage', name: from },
  ...more,
});

export const alias = (name: string, from: string, namespace?: string): TagReference => ({
  name,
  from: { kind: 'ImageStreamTag', name: from, ...(namespace && { namespace }) },
});

export const snapshot = (name: string, from: string): TagReference => ({
  name,
  from: { kind: 'ImageStreamImage', name: from },
});

export const status = (
  tag: string,
  items: TagEvent[] | null,
  more: Partial<NamedTagEventList> = {},
): NamedTagEventList => ({ tag, items, ...more });

/** A status tag that answers to this spec tag, as a former import or reconciliation left it. */
export const settled = (spec: TagReference, generation: number, items: TagEvent[]): NamedTagEventList => ({
  tag: spec.name,
  items,
  observedSpec: { hash: specHash(normalizeTag(spec, NAMESPACE)), generation },
});

export const failure = (generation: number, message = 'manifest unknown') => ({
  type: 'ImportSuccess' as const,
  status: 'False' as const,
  reason: 'NotFound',
  message,
  lastTransitionTime: '2026-11-20T08:00:00.000Z',
  generation,
});

interface StreamParts {
  readonly name?: string;
  readonly generation?: number;
  readonly spec?: readonly TagReference[];
  readonly status?: readonly NamedTagEventList[];
}

export const stream = ({ name = 'web', generation = 1, spec = [], status: tags = [] }: StreamParts): ImageStream => ({
  apiVersion: 'image.openshift.io/v1',
  kind: 'ImageStream',
  metadata: { name, namespace: NAMESPACE, uid: UID, generation },
  spec: { tags: [...spec] },
  status: { tags: [...tags] },
});

/** Freezes an object through and through, so that a rule that modifies its input throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}
