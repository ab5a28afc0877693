import type { EventData, RegistryPoll } from '@tagstream/events';
import { printImageReference, withDigest } from '@tagstream/image-ref';
import type { TagView } from './tag-view.ts';

/** What a question leads to, without the tag it is told for. */
export type Finding =
  | { readonly kind: 'image'; readonly image: string; readonly manifest: FoundManifest }
  | { readonly kind: 'error'; readonly reason: string; readonly message: string };

export type Outcome = EventData<typeof RegistryPoll>['outcome'];
export type FoundManifest = Extract<Outcome, { kind: 'image' }>['manifest'];

/** What a finding means for a tag: the pull spec to record keeps the spelling of its spec. */
export function outcomeFor(tag: TagView, finding: Finding): Outcome {
  if (finding.kind === 'error') return finding;
  return { ...finding, reference: pullSpec(tag, finding.image) };
}

/**
 * Whether the status of a tag shows an image already. It must also answer to the spec and carry no failure: an import
 * that was asked for gets its answer even when nothing changed, and a success takes a failure away. Of what was pushed only
 * another image than the one taken over before is news.
 */
export function showsImage(tag: TagView, image: string): boolean {
  if (tag.pushed !== undefined) return tag.pushed.image === image;
  return (
    !tag.pending &&
    tag.failure === null &&
    tag.basedOn?.image === image &&
    tag.basedOn.reference === pullSpec(tag, image)
  );
}

/** What a status can show of a finding. */
export type Showable =
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'error'; readonly reason: string; readonly message: string };

/** Whether the status of a tag shows a finding already, so that there is nothing to tell. */
export function shows(tag: TagView, finding: Showable): boolean {
  if (finding.kind === 'image') return showsImage(tag, finding.image);
  return !tag.pending && tag.failure?.reason === finding.reason && tag.failure.message === finding.message;
}

/** The digest that the status has for what a registry still has, the status's own copy of it. */
export function shownImage(tag: TagView): string | undefined {
  return tag.pushed === undefined ? tag.basedOn?.image : (tag.pushed.image ?? undefined);
}

/** Whether the newest item of a tag came from where the tag is imported from, and not from a push, another tag or an older spec. */
export function isFromSource(tag: TagView): boolean {
  return tag.basedOn === null || tag.basedOn.reference === pullSpec(tag, tag.basedOn.image);
}

function pullSpec(tag: TagView, image: string): string {
  return tag.reference === null ? '' : printImageReference(withDigest(tag.reference, image));
}
