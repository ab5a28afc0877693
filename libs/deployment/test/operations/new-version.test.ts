import type { DeploymentConfig } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { afterConflict, storedUpdate, versionPatch } from '../../src/index.ts';
import { dcOf } from '../support/objects.ts';

const written = dcOf({ metadata: { generation: 4, resourceVersion: '7' }, status: { latestVersion: 1 } });

test('the version is written for the object as it was written before, with its cause and that it has been asked for', () => {
  const details = { message: 'manual change', causes: [{ type: 'Manual' as const }] };
  const now = '2026-11-21T10:00:00.000Z';
  const available = { type: 'Available', status: 'True' as const };
  const ended = { type: 'Progressing', status: 'True' as const, reason: 'NewReplicationControllerAvailable' };
  const stored = { ...written, status: { ...written.status, conditions: [available, ended] } };
  const message = 'version 2 has been asked for';
  const askedFor = { type: 'Progressing', status: 'Unknown', message, lastTransitionTime: now, lastUpdateTime: now };

  expect(versionPatch(stored, 2, { details, now })).toEqual({
    metadata: { uid: 'dc-uid', resourceVersion: '7' },
    status: { latestVersion: 2, details, conditions: [available, askedFor] },
  });
  expect(versionPatch(written, 2, { now })).toEqual({
    metadata: { uid: 'dc-uid', resourceVersion: '7' },
    status: { latestVersion: 2, conditions: [askedFor] },
  });
});

test.each<[string, DeploymentConfig, string]>([
  ['the controller was faster', dcOf({ metadata: { generation: 4 }, status: { latestVersion: 2 } }), 'started'],
  ['only the status changed', dcOf({ metadata: { generation: 4 }, status: { latestVersion: 1 } }), 'again'],
  ['somebody changed the spec', dcOf({ metadata: { generation: 5 }, status: { latestVersion: 1 } }), 'overtaken'],
  [
    'somebody changed the spec after the version had begun',
    dcOf({ metadata: { generation: 5 }, status: { latestVersion: 2 } }),
    'started',
  ],
  [
    'it was deleted and made anew',
    dcOf({ metadata: { uid: 'another', generation: 4 }, status: { latestVersion: 2 } }),
    'overtaken',
  ],
])('after a conflict of the version: %s', (_, now, expected) => {
  expect(afterConflict(written, now, 2)).toBe(expected);
});

test.each<[string, DeploymentConfig, { version: number; generation: number }]>([
  ['#78 latestVersion one more, equal spec', dcOf({ status: { latestVersion: 2 } }), { version: 2, generation: 5 }],
  [
    '#78 another number of replicas',
    dcOf({ spec: { replicas: 2 }, status: { latestVersion: 1 } }),
    { version: 1, generation: 5 },
  ],
  ['the same again', dcOf({ status: { latestVersion: 1 } }), { version: 1, generation: 4 }],
  ['latestVersion two more', dcOf({ status: { latestVersion: 3 } }), { version: 1, generation: 4 }],
  ['no status at all', dcOf(), { version: 1, generation: 4 }],
])('an update of the whole object: %s', (_, submitted, { version, generation }) => {
  const stored = { ...written, status: { latestVersion: 1, details: { message: 'image change' }, replicas: 3 } };

  const result = storedUpdate(stored, submitted);

  expect(result.metadata.generation).toBe(generation);
  expect(result.status).toEqual({ latestVersion: version, details: { message: 'image change' }, replicas: 3 });
});
