import type { Build, BuildPhase } from '@tagstream/api-types';
import { phasePatch } from '@tagstream/build';
import { BuildProgressed } from '@tagstream/events';
import { expect, test } from 'vitest';
import { progressOf } from '../src/progress.ts';

const created = '2026-11-21T10:00:00Z';

/** A Build that went through phases, one each ten seconds. */
function build(...phases: readonly BuildPhase[]): Build {
  let one: Build = {
    metadata: {
      name: 'web-3',
      namespace: 'shop',
      uid: 'uid-3',
      creationTimestamp: created,
      annotations: {
        'openshift.io/build-config.name': 'web',
        'openshift.io/build.number': '3',
        'build.tagstream.io/runner': 'builder/1',
        'build.tagstream.io/log': 'nats:tagstream.build-log.shop.web-3',
      },
    },
    spec: { strategy: { dockerStrategy: {} } },
  };
  phases.forEach((phase, index) => {
    const now = new Date(Date.parse(created) + (index + 1) * 10_000);
    const outputReference = phase === 'Pending' ? 'registry.example.com/shop/web:latest' : undefined;
    const digest = phase === 'Complete' ? `sha256:${'a'.repeat(64)}` : undefined;
    const reason = phase === 'Failed' ? 'FetchSourceFailed' : undefined;
    const patch = phasePatch(one, { phase, outputReference, digest, reason }, now);
    one = { ...one, status: JSON.parse(JSON.stringify({ ...one.status, ...patch }), withoutNull) };
  });
  return one;
}

const withoutNull = (_: string, value: unknown) => (value === null ? undefined : value);
const times = (...phases: readonly BuildPhase[]) => progressOf(build(...phases)).map(({ phase, at }) => [phase, at]);

test('a Build that nobody has looked at has nothing to tell', () => {
  expect(progressOf(build())).toEqual([]);
});

test('all phases are told, with the instants at which they were entered', () => {
  expect(times('Pending', 'Running', 'Complete')).toEqual([
    ['New', created],
    ['Pending', '2026-11-21T10:00:10.000Z'],
    ['Running', '2026-11-21T10:00:20.000Z'],
    ['Complete', '2026-11-21T10:00:30.000Z'],
  ]);
});

test('a phase says the same, whether it is told in it or later', () => {
  const late = progressOf(build('Pending', 'Running', 'Complete'));

  expect(progressOf(build('Pending'))[1]).toEqual(late[1]);
  expect(progressOf(build('Pending', 'Running'))[2]).toEqual(late[2]);
});

test('the end says what was pushed, where, by whom, and how long it took', () => {
  expect(progressOf(build('Pending', 'Running', 'Complete')).at(-1)).toEqual({
    namespace: 'shop',
    name: 'web-3',
    uid: 'uid-3',
    buildConfig: 'web',
    number: 3,
    phase: 'Complete',
    strategy: 'Docker',
    at: '2026-11-21T10:00:30.000Z',
    startedAt: '2026-11-21T10:00:20.000Z',
    durationMs: 10_000,
    log: 'nats:tagstream.build-log.shop.web-3',
    runner: 'builder/1',
    output: { reference: 'registry.example.com/shop/web:latest', digest: `sha256:${'a'.repeat(64)}` },
  });
});

test('a failure has its reason, and no digest', () => {
  expect(progressOf(build('Pending', 'Running', 'Failed')).at(-1)).toMatchObject({
    phase: 'Failed',
    reason: 'FetchSourceFailed',
    output: { reference: 'registry.example.com/shop/web:latest' },
  });
});

test('what is no digest is left out, not sent', () => {
  const one = build('Pending', 'Running', 'Complete');
  const wrong = { ...one, status: { ...one.status, output: { to: { imageDigest: 'latest' } } } };

  expect(progressOf(wrong).at(-1)?.output).toEqual({ reference: 'registry.example.com/shop/web:latest' });
});

test('everything that is told is what the event promises', () => {
  for (const end of ['Complete', 'Failed', 'Error', 'Cancelled'] as const) {
    for (const progress of progressOf(build('Pending', 'Running', end))) {
      expect(BuildProgressed.problems(progress)).toEqual([]);
    }
  }
});
