import type { DeploymentTrigger } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { imageChange, imageWait } from '../src/index.ts';
import { dcOf, resolvedAs, START_MS } from './support/objects.ts';

const HOUR = 3_600_000;
const OLD = 'r.example.com/web@sha256:aa';
const NEW = 'r.example.com/web@sha256:bb';
const AGED = { 'trigger.tagstream.io/minimum-age': '2h' };

const trigger = (name: string, last: string, container = name): DeploymentTrigger => ({
  type: 'ImageChange',
  imageChangeParams: {
    automatic: true,
    containerNames: [container],
    from: { kind: 'ImageStreamTag', name: `${name}:latest` },
    lastTriggeredImage: last,
  },
});

interface Given {
  readonly annotations?: Record<string, string>;
  readonly triggers: DeploymentTrigger[];
  readonly images: Record<string, string>;
  /** What the tags of streams stand for, and for how many hours. */
  readonly tags: Record<string, readonly [reference: string, hours: number]>;
  readonly afterHours?: number;
}

/** What is written by container, and what waits until when. */
function decide({ annotations = AGED, triggers, images, tags, afterHours = 0 }: Given) {
  const containers = Object.entries(images).map(([name, image]) => ({ name, image }));
  const dc = dcOf({ metadata: { annotations }, spec: { triggers, template: { spec: { containers } } } });
  const nowMs = START_MS + afterHours * HOUR;
  const resolve = (_: string, stream: string) => {
    const [reference, hours = 0] = tags[stream] ?? [];
    return resolvedAs(reference, new Date(START_MS - hours * HOUR).toISOString());
  };
  const change = imageChange(dc, resolve, nowMs);
  const wait = imageWait(dc, resolve, nowMs);
  return {
    written:
      change && Object.fromEntries(change.containers.map(({ index, image }) => [containers[index]?.name, image])),
    ...(wait && { reason: wait.reason, untilHours: wait.notBeforeMs && (wait.notBeforeMs - START_MS) / HOUR }),
  };
}

describe('a DeploymentConfig with an update policy', () => {
  test.each<{ row: string; given: Given; expected: object }>([
    {
      row: 'does not get an image that is too young',
      given: { triggers: [trigger('web', OLD)], images: { web: OLD }, tags: { web: [NEW, 1] } },
      expected: { written: undefined, reason: 'ImageUpdateWaiting', untilHours: 1 },
    },
    {
      row: 'gets it when it is old enough',
      given: { triggers: [trigger('web', OLD)], images: { web: OLD }, tags: { web: [NEW, 1] }, afterHours: 1 },
      expected: { written: { web: NEW } },
    },
    {
      row: 'gets the images of its other triggers meanwhile',
      given: {
        triggers: [trigger('web', OLD), trigger('side', OLD)],
        images: { web: OLD, side: OLD },
        tags: { web: [NEW, 1], side: [NEW, 3] },
      },
      expected: { written: { side: NEW }, reason: 'ImageUpdateWaiting', untilHours: 1 },
    },
    {
      row: 'that never had an image waits with all of them',
      given: {
        triggers: [trigger('web', ''), trigger('side', OLD)],
        images: { web: '', side: OLD },
        tags: { web: [NEW, 1], side: [NEW, 3] },
      },
      expected: { written: undefined, reason: 'ImageUpdateWaiting', untilHours: 1 },
    },
    {
      row: 'is not waiting when it has the image, however young that is',
      given: { triggers: [trigger('web', NEW)], images: { web: NEW }, tags: { web: [NEW, 1] } },
      expected: { written: undefined },
    },
    {
      row: 'keeps what its owner has put in the place of a held image',
      given: {
        annotations: { 'trigger.tagstream.io/hold': `sha256:${'b'.repeat(64)} until 2026-11-21T16:00:00Z` },
        triggers: [trigger('web', `r@sha256:${'b'.repeat(64)}`)],
        images: { web: 'mine' },
        tags: { web: [`r@sha256:${'b'.repeat(64)}`, 1] },
      },
      expected: { written: undefined, reason: 'ImageUpdateWaiting', untilHours: 6 },
    },
    {
      row: 'that cannot be read gets nothing',
      given: {
        annotations: { 'trigger.tagstream.io/minimum-age': 'soon' },
        triggers: [trigger('web', OLD)],
        images: { web: OLD },
        tags: { web: [NEW, 9] },
      },
      expected: { written: undefined, reason: 'ImageUpdatePolicyInvalid' },
    },
    {
      row: 'that is none gets everything at once',
      given: { annotations: {}, triggers: [trigger('web', OLD)], images: { web: OLD }, tags: { web: [NEW, 0] } },
      expected: { written: { web: NEW } },
    },
  ])('$row', ({ given, expected }) => {
    expect(decide(given)).toEqual(expected);
  });
});
