import { describe, expect, test } from 'vitest';
import type { Phase } from '../src/index.ts';
import { Cluster } from './support/cluster.ts';
import { lifecycle } from './support/lifecycle.ts';
import { dcOf, rcOf } from './support/objects.ts';
import { runToRest, summary } from './support/run.ts';

describe('replicas outside rollouts', () => {
  type Rc = readonly [version: number, phase: Phase, replicas: number, cancelled?: 'cancelled'];
  const rows: readonly [name: string, replicas: number, rcs: readonly Rc[], expected: readonly string[]][] = [
    [
      '#9 only the latest, active one keeps replicas',
      1,
      [
        [1, 'Complete', 0],
        [2, 'Complete', 1],
        [3, 'Failed', 1],
        [4, 'Failed', 0],
        [5, 'Complete', 1],
      ],
      ['v1 Complete r=0', 'v2 Complete r=0', 'v3 Failed r=0', 'v4 Failed r=0', 'v5 Complete r=1'],
    ],
    [
      '#10 after a failure only the active one keeps replicas',
      1,
      [
        [2, 'Complete', 1],
        [3, 'Failed', 1],
        [4, 'Complete', 1],
        [5, 'Failed', 1],
      ],
      ['v2 Complete r=0', 'v3 Failed r=0', 'v4 Complete r=1', 'v5 Failed r=0'],
    ],
    [
      '#11 without an active one nothing has replicas',
      1,
      [
        [1, 'Failed', 0],
        [2, 'Failed', 0],
      ],
      ['v1 Failed r=0', 'v2 Failed r=0'],
    ],
    [
      '#12 the active, latest one is scaled up',
      5,
      [
        [1, 'Complete', 0],
        [2, 'Complete', 1],
      ],
      ['v1 Complete r=0', 'v2 Complete r=5'],
    ],
    [
      '#13 the active one is scaled up though not the latest',
      5,
      [
        [1, 'Complete', 1],
        [2, 'Failed', 0, 'cancelled'],
      ],
      ['v1 Complete r=5', 'v2 Failed r=0'],
    ],
    [
      '#14 the active, latest one is scaled down',
      1,
      [
        [1, 'Complete', 0],
        [2, 'Complete', 5],
      ],
      ['v1 Complete r=0', 'v2 Complete r=1'],
    ],
    [
      '#15 the active one is scaled down though not the latest',
      1,
      [
        [1, 'Complete', 5],
        [2, 'Failed', 0],
      ],
      ['v1 Complete r=1', 'v2 Failed r=0'],
    ],
    [
      '#16 a cancelled rollout falls back to the last complete version',
      1,
      [
        [1, 'Complete', 0],
        [2, 'Failed', 0, 'cancelled'],
      ],
      ['v1 Complete r=1', 'v2 Failed r=0'],
    ],
    [
      '#17 so does a half-done one',
      5,
      [
        [1, 'Complete', 2],
        [2, 'Failed', 2, 'cancelled'],
      ],
      ['v1 Complete r=5', 'v2 Failed r=0'],
    ],
    [
      'without any complete version everything goes to zero',
      1,
      [
        [1, 'Failed', 1],
        [2, 'Failed', 1],
      ],
      ['v1 Failed r=0', 'v2 Failed r=0'],
    ],
  ];
  const cases = (['Rolling', 'Recreate'] as const).flatMap((type) => rows.map((row) => [type, ...row] as const));

  test.each(cases)('%s: %s', (type, _, replicas, rcs, expected) => {
    const latestVersion = Math.max(...rcs.map(([version]) => version));
    const dc = dcOf({ spec: { replicas, strategy: { type } }, status: { latestVersion } });
    const cancelled = { 'openshift.io/deployment.cancelled': 'true' };
    const cluster = new Cluster(
      dc,
      rcs.map(([version, phase, count, how]) =>
        rcOf(version, phase, { dc, replicas: count, annotations: how ? cancelled : {} }),
      ),
    );

    runToRest(cluster);

    expect(summary(cluster)).toEqual(expected);
  });

  test('a test configuration has no replicas outside rollouts', () => {
    const dc = dcOf({ spec: { replicas: 3, test: true }, status: { latestVersion: 1 } });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 3 })]);
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0']);
  });

  test('a view of the DeploymentConfig older than the one that replicas were set for changes nothing', () => {
    const rc = rcOf(1, 'Complete', { replicas: 5, annotations: { 'rollout.tagstream.io/config-generation': '7' } });
    expect(lifecycle(dcOf({ metadata: { generation: 6 }, status: { latestVersion: 1 } }), [rc])).toMatchObject({
      kind: 'wait',
      againAfterMs: 1000,
    });
  });

  test('a fallback while the failed pods serve keeps within surge and unavailability', () => {
    const dc = dcOf({
      spec: { replicas: 4, strategy: { rollingParams: { maxSurge: 1, maxUnavailable: 0 } } },
      status: { latestVersion: 2 },
    });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'Failed', { dc, replicas: 2 })]);
    while (cluster.act() === 'done') {
      expect(cluster.totals().asked).toBeLessThanOrEqual(5);
      expect(cluster.totals().available).toBe(4);
    }
    expect(summary(cluster)).toEqual(['v1 Complete r=3', 'v2 Failed r=2']);
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=4', 'v2 Failed r=0']);
  });
});
