import type { KubeObject } from '@tagstream/api-types';
import { testClock } from '@tagstream/service/testing';
import { beforeEach, expect, test } from 'vitest';
import { type EventRecorder, type EventText, eventRecorder, KubeError, resources } from '../src/index.ts';

let clock: ReturnType<typeof testClock>;
let stop: AbortController;
let recorded: string[];
let dropped: number;
let record: EventRecorder;

/** What the API server answers; a test may have it wait or fail. */
let answer: () => Promise<void>;

beforeEach(() => {
  clock = testClock();
  stop = new AbortController();
  recorded = [];
  dropped = 0;
  answer = () => Promise.resolve();
  const kube = {
    async create(_: unknown, event: KubeObject) {
      const { reason, message, involvedObject, lastTimestamp } = event as unknown as Record<string, string> & {
        involvedObject: { name: string };
      };
      await answer();
      recorded.push(`${lastTimestamp!.slice(17, 19)} ${involvedObject.name} ${reason}: ${message}`);
      return event;
    },
  } as unknown as Parameters<typeof eventRecorder>[0]['kube'];
  record = eventRecorder({ kube, component: 'test', clock, signal: stop.signal, onDropped: () => dropped++ });
});

const dc = (name: string): KubeObject => ({ metadata: { name, namespace: 'shop', uid: `uid-${name}` } });
const say = (name: string, reason: string, message: string, more: Partial<EventText> = {}) =>
  record(resources.deploymentConfigs, dc(name), { type: 'Normal', reason, message, ...more });

test('what finds nothing waiting is recorded at once', async () => {
  say('web', 'Scaled', 'from 0 to 1');
  await clock.advance(0);
  expect(recorded).toEqual(['00 web Scaled: from 0 to 1']);
  await clock.advance(1000);
  say('web', 'Scaled', 'from 1 to 2');
  await clock.advance(0);
  expect(recorded).toEqual(['00 web Scaled: from 0 to 1', '01 web Scaled: from 1 to 2']);
});

test('much at once is recorded ten times a second, the objects in turn', async () => {
  for (let i = 0; i < 100; i++) say(`web-${i}`, 'Scaled', 'from 0 to 1');
  await clock.advance(999);
  expect(recorded).toHaveLength(10);
  await clock.advance(9000);
  expect(recorded).toHaveLength(100);
  expect(recorded.at(-1)).toContain('web-99');
  expect(dropped).toBe(0);
});

test('what waits about an object for one reason becomes one event, with the time of the last', async () => {
  say('other', 'Scaled', 'first');
  say('web', 'Created', 'web-2');
  say('web', 'Scaled', 'web-2 from 0 to 1');
  say('web', 'Scaled', 'web-1 from 2 to 1');
  say('web', 'Failed', 'timed out');
  say('web', 'Scaled', 'web-2 from 1 to 0');
  await clock.advance(1000);
  expect(recorded.slice(1)).toEqual([
    '00 web Created: web-2',
    '00 web Scaled: web-2 from 0 to 1; web-1 from 2 to 1',
    '00 web Failed: timed out',
    '00 web Scaled: web-2 from 1 to 0',
  ]);
});

test.each<[string, Partial<EventText>, string]>([
  ['of another type', { type: 'Warning' }, 'b'],
  ['that is not counted', { counted: false }, 'b'],
  ['that is the same statement again, which is counted', {}, 'a'],
  ['that makes the message longer than an event takes', {}, 'b'.repeat(1022)],
])('a note %s is an event of its own', async (_, more, message) => {
  say('other', 'Scaled', 'first');
  say('web', 'Scaled', 'a');
  say('web', 'Scaled', message, more);
  await clock.advance(1000);
  expect(recorded).toHaveLength(3);
});

test('beyond what is of use nothing waits, and that is told', async () => {
  answer = () => new Promise(() => undefined); // an API server that is overloaded
  for (let i = 0; i < 700; i++) say(`web-${i}`, 'Scaled', 'from 0 to 1');
  expect(dropped).toBe(99);
  for (let i = 0; i < 150; i++) say('web-1', 'Scaled', `from ${i} to ${i + 1}`);
  expect(dropped).toBe(99 + 51);
});

test('an event that cannot be recorded holds up no other one', async () => {
  answer = () => Promise.reject(new KubeError('unavailable', 'away'));
  say('web', 'Scaled', 'from 0 to 1');
  await clock.advance(100);
  answer = () => Promise.resolve();
  say('web', 'Scaled', 'from 1 to 2');
  await clock.advance(0);
  expect(recorded).toEqual(['00 web Scaled: from 1 to 2']);
});

test('once it is ended nothing more is recorded', async () => {
  say('web', 'Scaled', 'from 0 to 1');
  say('other', 'Scaled', 'from 0 to 1');
  await clock.advance(0);
  stop.abort();
  await clock.advance(1000);
  say('web', 'Scaled', 'from 1 to 2');
  await clock.advance(1000);
  expect(recorded).toEqual(['00 web Scaled: from 0 to 1']);
});
