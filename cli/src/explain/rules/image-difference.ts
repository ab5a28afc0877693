import { humanDuration } from '../../duration.ts';
import type { EventSeen } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { ago } from '../say.ts';
import { explainPolicy, type ImageToWrite, isAboutToBeWritten } from './policy.ts';
import { type ContainerImage, explainReverts } from './reverts.ts';

/** A container whose image is not that of its tag. */
export interface Difference extends ImageToWrite, ContainerImage {
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
  return explainPolicy(difference) ?? explainReverts(difference) ?? ofRefusal(difference) ?? ofTime(difference);
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
