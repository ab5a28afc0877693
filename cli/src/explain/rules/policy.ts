import type { KubeObject } from '@tagstream/api-types';
import {
  HOLD_ANNOTATION,
  MINIMUM_AGE_ANNOTATION,
  mayUpdate,
  type ResolvedTag,
  UPDATE_WINDOW_ANNOTATION,
  updatePolicy,
} from '@tagstream/image-stream';
import type { Finding } from '../finding.ts';
import { ahead, shortImage } from '../say.ts';

/** An image that is to be written into an object. */
export interface ImageToWrite {
  readonly object: KubeObject;
  /** As commands name it: `deployment/web`. */
  readonly title: string;
  readonly resolved: ResolvedTag;
  readonly nowMs: number;
}

const ANNOTATIONS = {
  hold: HOLD_ANNOTATION,
  'minimum-age': MINIMUM_AGE_ANNOTATION,
  'update-window': UPDATE_WINDOW_ANNOTATION,
} as const;

/** Why the owner of an object wants a new image not written yet; undefined when it may be. */
export function explainPolicy({ object, title, resolved, nowMs }: ImageToWrite): Finding | undefined {
  const parsed = updatePolicy(object.metadata.annotations);
  if (parsed.kind === 'invalid') {
    const text = `no image is written while the update policy cannot be read: ${parsed.problems.join('; ')}`;
    return { kind: 'problem', about: 'policy', text, advice: `correct the annotations: kubectl edit ${title}` };
  }
  if (parsed.kind === 'none') return undefined;
  const verdict = mayUpdate(parsed.policy, resolved, nowMs);
  if (verdict.kind === 'now') return undefined;
  return {
    kind: 'waiting',
    about: 'policy',
    text: `${shortImage(verdict.message)}: it is written ${ahead(verdict.notBeforeMs, nowMs)}`,
    advice: `to have it now: kubectl annotate ${title} ${ANNOTATIONS[verdict.reason]}-`,
  };
}

/** From the moment that an image may be written until it is; a busy service needs some of it. */
const USUAL_DELAY_MS = 30_000;

/** Whether an image may be written only since a moment ago, so that nobody is late yet. */
export function isAboutToBeWritten(image: ImageToWrite): boolean {
  const beforeMs = image.nowMs - USUAL_DELAY_MS;
  return Date.parse(image.resolved.created) > beforeMs || explainPolicy({ ...image, nowMs: beforeMs }) !== undefined;
}
