import type { Build } from '@tagstream/api-types';
import { ownAnnotations } from '@tagstream/build';
import { expect, test } from 'vitest';
import { ATTEMPT, claimMarks, decideClaim, jobClaim, jobOf } from '../src/runner/decide-claim.ts';
import { aBuild } from './support/a-build.ts';

const me = { runner: 'builder/me', isAlive: (instance: string) => instance === 'alive' || instance === 'me' };
const held = (runner: string, phase: 'Pending' | 'Running' = 'Running', attempt = '1') =>
  aBuild({}, { annotations: { [ownAnnotations.runner]: runner, [ATTEMPT]: attempt } }, { phase });

test.each<[string, Build, object]>([
  ['a Build whose turn has come is run', aBuild(), { kind: 'run', attempt: 1 }],
  ['one whose turn has not come is left', aBuild({}, {}, { phase: 'New' }), { kind: 'ignore' }],
  ['so is one without a status', aBuild({}, {}, null), { kind: 'ignore' }],
  ['one that is over is left', aBuild({}, {}, { phase: 'Complete' }), { kind: 'ignore', why: 'it is Complete' }],
  ['one that is being deleted is left', aBuild({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), { kind: 'ignore' }],
  ['a Custom build is somebody else’s', aBuild({ strategy: { type: 'Custom' } }), { kind: 'ignore' }],
  ['one that another runner has is left', held('tekton/x'), { kind: 'ignore', why: 'tekton/x runs it' }],
  ['one that a Job has is left', held('builder/job:web-1-build'), { kind: 'ignore' }],
  [
    'one that a live instance has is looked at again',
    held('builder/alive'),
    { kind: 'wait', why: 'builder/alive runs it' },
  ],
  ['one that a dead instance has is begun anew', held('builder/dead'), { kind: 'run', attempt: 2 }],
  ['one that a dead instance had claimed only, too', held('builder/dead', 'Pending'), { kind: 'run', attempt: 2 }],
  ['one that this instance has is begun anew', held('builder/me'), { kind: 'run', attempt: 2 }],
  ['one that ended three instances is given up', held('builder/dead', 'Running', '3'), { kind: 'give-up' }],
  ['one that is to be cancelled is', aBuild({}, {}, { phase: 'Pending', cancelled: true }), { kind: 'cancel' }],
  [
    'unless a live instance has it, which does that itself',
    { ...held('builder/alive'), status: { phase: 'Running', cancelled: true } },
    { kind: 'wait' },
  ],
])('%s', (_, build, expected) => {
  expect(decideClaim(build, me)).toMatchObject(expected);
});

test('the claim of a Job names it', () => {
  expect(jobOf(held(jobClaim('web-1-build')))).toBe('web-1-build');
  expect(jobOf(held('builder/me'))).toBeUndefined();
});

test('giving a claim back takes the runner away and leaves the log', () => {
  expect(claimMarks({ runner: null, attempt: 0 })).toEqual({ [ownAnnotations.runner]: null, [ATTEMPT]: '0' });
});
