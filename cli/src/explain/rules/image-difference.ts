import { imageOwner, judgeRevert, type ManagedFields, parseReverts, wayOut } from '@tagstream/image-stream';
import { humanDuration } from '../../duration.ts';
import type { EventSeen } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { ago, ahead } from '../say.ts';
import { explainPolicy, type ImageToWrite, isAboutToBeWritten } from './policy.ts';

/** A container whose image is not that of its tag. */
export interface Difference extends ImageToWrite {
  /** Where its pod spec is. */
  readonly base: string;
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly container: string;
  /** What it runs. */
  readonly image: string;
  /** Name of the tag, for people. */
  readonly tag: string;
  /** What the services have said about the object. */
  readonly events: readonly EventSeen[];
}

/** Reasons of the Warnings by which the service trigger says that it does not write an image. */
export const TRIGGER_EVENTS: readonly string[] = [
  'ImageTriggerInvalid',
  'ImagePullForbidden',
  'ImageUpdateRefused',
  'ImageUpdateReverted',
  'ImageUpdatePolicyInvalid',
];

/** Why the image of a tag is not written into a container: the first reason that holds, in the order in which the service looks. */
export function explainDifference(difference: Difference): Finding {
  return explainPolicy(difference) ?? ofReverts(difference) ?? ofRefusal(difference) ?? ofTime(difference);
}

function ofReverts({ object, base, list, index, container, image, resolved, nowMs }: Difference): Finding | undefined {
  const before = parseReverts(object.metadata.annotations).get(container);
  if (before === undefined || before.image === image) return undefined;
  const { managedFields } = object.metadata as { managedFields?: readonly ManagedFields[] }; // as Kubernetes writes it
  const owner = imageOwner(managedFields, { base, list, container }) ?? { manager: before.by };
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

function ofRefusal({ events, nowMs }: Difference): Finding | undefined {
  const said = events.filter(({ reason }) => TRIGGER_EVENTS.includes(reason)).toSorted((a, b) => b.atMs - a.atMs)[0];
  if (said === undefined) return undefined;
  return {
    kind: 'problem',
    about: 'event',
    text: `${said.message} (${said.reason}, ${ago(said.atMs, nowMs)})`,
    advice: 'it is tried again when the object or the tag changes',
  };
}

function ofTime(difference: Difference): Finding {
  const { title, tag, resolved, nowMs } = difference;
  if (isAboutToBeWritten(difference)) {
    return { kind: 'waiting', about: 'trigger', text: `the image of ${tag} is about to be written` };
  }
  const since = humanDuration(nowMs - Date.parse(resolved.created));
  return {
    kind: 'problem',
    about: 'trigger',
    text: `nothing in ${title} says why the image that ${tag} has had for ${since} is not written`,
    advice:
      'see that the service trigger runs and looks after this namespace; its log says "workload not updated" when it fails',
  };
}
