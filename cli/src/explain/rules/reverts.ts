import { imageOwner, judgeRevert, type ManagedFields, parseReverts, wayOut } from '@tagstream/image-stream';
import type { Finding } from '../finding.ts';
import { ahead } from '../say.ts';
import type { ImageToWrite } from './policy.ts';

/** A container of an object, and what it runs. */
export interface ContainerImage {
  /** Where the pod spec is: `spec.template.spec`. */
  readonly base: string;
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly container: string;
  readonly image: string;
}

/** Field managers of the services that write images. */
const OURS: readonly string[] = ['tagstream-trigger', 'tagstream-rollout'];

/** Who takes back the image that is written into a container; undefined when nobody is known to. */
export function explainReverts(written: ImageToWrite & ContainerImage): Finding | undefined {
  const { object, base, list, index, container, image, resolved, nowMs } = written;
  const before = parseReverts(object.metadata.annotations).get(container);
  if (before === undefined || before.image === image) return undefined;
  const { managedFields } = object.metadata as { managedFields?: readonly ManagedFields[] }; // as Kubernetes writes it
  const owner = imageOwner(managedFields, { base, list, container }) ?? { manager: before.by };
  if (OURS.includes(owner.manager)) return undefined;
  const verdict = judgeRevert({ before, image: resolved.reference, owner, nowMs });
  const count = verdict.kind === 'wait' ? verdict.count : verdict.revert.count;
  const again = verdict.kind === 'wait' ? ahead(verdict.notBeforeMs, nowMs) : 'at once';
  const times = count === 1 ? 'once' : `${count} times in a row`;
  return {
    kind: 'problem',
    about: 'policy',
    text: `${owner.manager} has taken back the image of container ${container} ${times}; it is written again ${again}`,
    advice: wayOut(owner.manager, `/${base.replaceAll('.', '/')}/${list}/${index}/image`),
  };
}
