import type { ImageStream, TagReference } from './image-stream.ts';

/** Where a spec tag takes its image from, with the namespace filled in. `kind` and `name` are as written, maybe wrong. */
export interface TagSource {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A spec tag with every default applied, so that no rule has to think of absent fields. */
export interface SpecTag {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent for a tag that is filled by pushes only. */
  readonly from: TagSource | undefined;
  /** True: record the reference as it is, never import it. */
  readonly reference: boolean;
  /** The spec carries `generation: 0`, which asks for another import. */
  readonly reimport: boolean;
  readonly insecure: boolean;
  readonly scheduled: boolean;
  readonly importMode: 'Legacy' | 'PreserveOriginal';
  readonly referencePolicy: 'Source' | 'Local';
}

/**
 * Applies the defaults that OpenShift's API server applies: `from.namespace` is the stream's, import mode `Legacy`,
 * reference policy `Source`. A `from` without kind and name counts as absent. A value outside the allowed ones gets the
 * default too; validation is what reports it.
 */
export function normalizeTag(tag: TagReference, streamNamespace: string): SpecTag {
  const kind = tag.from?.kind ?? '';
  const name = tag.from?.name ?? '';
  return {
    name: tag.name,
    annotations: tag.annotations ?? {},
    from: kind === '' && name === '' ? undefined : { kind, namespace: tag.from?.namespace || streamNamespace, name },
    reference: tag.reference ?? false,
    reimport: tag.generation === 0,
    insecure: tag.importPolicy?.insecure ?? false,
    scheduled: tag.importPolicy?.scheduled ?? false,
    importMode: tag.importPolicy?.importMode === 'PreserveOriginal' ? 'PreserveOriginal' : 'Legacy',
    referencePolicy: tag.referencePolicy?.type === 'Local' ? 'Local' : 'Source',
  };
}

/**
 * The spec tags of a stream, normalised, in the order of their names. OpenShift keeps them as a map: of two tags with the
 * same name the later one counts.
 */
export function specTags(stream: ImageStream): readonly SpecTag[] {
  const namespace = stream.metadata.namespace ?? '';
  const byName = new Map((stream.spec?.tags ?? []).map((tag) => [tag.name, normalizeTag(tag, namespace)]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The normalised spec tag of that name, if the stream has one. */
export function specTag(stream: ImageStream, name: string): SpecTag | undefined {
  const tag = stream.spec?.tags?.findLast((candidate) => candidate.name === name);
  return tag === undefined ? undefined : normalizeTag(tag, stream.metadata.namespace ?? '');
}
