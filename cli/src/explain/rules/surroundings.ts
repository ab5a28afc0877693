import type { TagAddress } from '@tagstream/image-stream';
import type { Facts, StuckPods } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { ago, shortImage, tagName } from '../say.ts';
import { TRIGGER_EVENTS } from './image-difference.ts';

const IMAGE_REASONS: readonly string[] = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];

/** Pods whose containers cannot start. */
export function explainPods({ stuckPods }: Facts): Finding[] {
  return stuckPods.map(({ pods, container, reason, message }: StuckPods) => ({
    kind: 'problem',
    about: 'pods',
    text: `${pods === 1 ? '1 pod' : `${pods} pods`}: container ${container}: ${reason}${message && `: ${shortImage(message)}`}`,
    advice: IMAGE_REASONS.includes(reason)
      ? 'the nodes pull by themselves: the pod needs imagePullSecrets for this registry'
      : 'kubectl logs --previous of one of them says more',
  }));
}

/**
 * Warnings about the object that nothing else has told. Those about images are told with the image that they are about; here they count
 * while it cannot even be compared. Those about other things count while the rollout is not through.
 */
export function explainEvents({ events, nowMs }: Facts, told: readonly Finding[]): Finding[] {
  const isFine = (wanted: Finding['about']) => told.every(({ kind, about }) => kind === 'ok' || about !== wanted);
  return events
    .filter(({ reason }) => !isFine(TRIGGER_EVENTS.includes(reason) ? 'image' : 'rollout'))
    .filter(({ message }) => !told.some(({ text }) => text.includes(message)))
    .toSorted((a, b) => b.atMs - a.atMs)
    .map(({ reason, message, atMs }) => ({
      kind: 'problem',
      about: 'event',
      text: `${message} (${reason}, ${ago(atMs, nowMs)})`,
    }));
}

/** Messages about a tag that a service gave up on. */
export function explainDeadLetters(tag: TagAddress, facts: Facts): Finding[] {
  return facts.deadLetters(tag).map(({ service, event, reason, sequence, atMs }) => ({
    kind: 'problem',
    about: 'message',
    text: `the service ${service} gave up on ${event} of ${tagName(tag, facts.namespace)} ${ago(atMs, facts.nowMs)}: ${reason}`,
    advice: `once the cause is mended, tagstream import-image ${tag.stream}:${tag.tag} asks again; the message is TAGSTREAM_DEADLETTER ${sequence}`,
  }));
}

/** What could not be looked into. */
export function explainGaps({ nats, unread }: Facts): Finding[] {
  const gap = (text: string): Finding => ({ kind: 'unknown', about: 'source', text });
  const gaps = unread.map(gap);
  const missing = 'when the registry was asked, and which messages failed';
  switch (nats.kind) {
    case 'read':
      return gaps;
    case 'no-address':
      return [...gaps, { ...gap(`without NATS: ${missing}`), advice: 'set NATS_URL, or give --nats' }];
    case 'unreadable':
      return [...gaps, gap(`${missing}: ${nats.reason}`)];
  }
}
