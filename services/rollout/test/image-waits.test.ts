import { type DeploymentConfig, normalizeDeploymentConfig } from '@tagstream/api-types';
import type { EventNote } from '@tagstream/deployment';
import { createLog } from '@tagstream/service';
import { testClock } from '@tagstream/service/testing';
import { beforeEach, expect, test } from 'vitest';
import { createImageWaits, type ImageWaits } from '../src/image-waits.ts';

const clock = testClock('2026-11-21T10:00:00.000Z');
const nothing = { kind: 'wait', reason: 'everything is as it should be' } as const;
const resolve = () => ({ reference: 'r/web@sha256:bb', image: 'sha256:bb', created: '2026-11-21T09:00:00.000Z' });

let notes: EventNote[];
let waits: ImageWaits;

const configWith = (annotations: Record<string, string>, uid = 'uid-1') => {
  const imageChangeParams = {
    automatic: true,
    containerNames: ['web'],
    from: { kind: 'ImageStreamTag', name: 'web:latest' },
    lastTriggeredImage: 'r/web@sha256:aa',
  };
  const dc: DeploymentConfig = {
    metadata: { name: 'web', namespace: 'shop', uid, annotations },
    spec: {
      triggers: [{ type: 'ImageChange', imageChangeParams }],
      template: { spec: { containers: [{ name: 'web', image: 'r/web@sha256:aa' }] } },
    },
  };
  return normalizeDeploymentConfig(dc);
};
const young = configWith({ 'trigger.tagstream.io/minimum-age': '2h' });

beforeEach(() => {
  notes = [];
  const telemetry = { log: createLog({ service: 'test', level: 'silent' }) };
  waits = createImageWaits({ clock, recordEvent: (_, note) => notes.push(note), telemetry });
});

test('a DeploymentConfig whose image waits is looked at when it may be written, and its owner told once', () => {
  for (let round = 0; round < 3; round++) {
    expect(waits.heed('shop/web', young, resolve, nothing)).toEqual({ ...nothing, againAfterMs: 3_600_000 });
  }
  expect(notes).toEqual([
    expect.objectContaining({
      type: 'Normal',
      reason: 'ImageUpdateWaiting',
      message: expect.stringContaining('2h old at'),
    }),
  ]);
});

test('a look that comes earlier for another reason stays', () => {
  expect(waits.heed('shop/web', young, resolve, { ...nothing, againAfterMs: 5 }).againAfterMs).toBe(5);
});

test('a DeploymentConfig that is made anew under the same name has an owner to be told', () => {
  waits.heed('shop/web', young, resolve, nothing);
  const namesake = configWith({ 'trigger.tagstream.io/minimum-age': '2h' }, 'uid-2');
  waits.heed('shop/web', namesake, resolve, nothing);
  expect(notes).toHaveLength(2);
});

test('annotations that cannot be read are told as a warning, and waited for without a time', () => {
  const broken = configWith({ 'trigger.tagstream.io/hold': 'x' });
  expect(waits.heed('shop/web', broken, resolve, nothing)).toBe(nothing);
  expect(notes).toMatchObject([{ type: 'Warning', reason: 'ImageUpdatePolicyInvalid' }]);
});
