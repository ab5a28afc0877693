import type { Build, BuildPhase, BuildRunPolicy } from '@tagstream/api-types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { phaseOf, policyStep } from '../src/index.ts';
import { build } from './fixture.ts';

const names = (builds: readonly Build[]) => builds.map(({ metadata }) => metadata.name);
const step = (builds: readonly Build[]) => {
  const { release, cancel, unnumbered } = policyStep(builds);
  return { release: names(release), cancel: names(cancel), unnumbered: names(unnumbered) };
};
const all = (policy: BuildRunPolicy, ...phases: (BuildPhase | undefined)[]) =>
  phases.map((phase, index) => build(index + 1, phase, policy));

const rows: readonly (readonly [string, readonly Build[], readonly string[], readonly string[]])[] = [
  ['#128 Serial, all New: the first runs', all('Serial', 'New', 'New', 'New'), ['bc-1'], []],
  ['#128 Serial, the first Complete: the second runs', all('Serial', 'Complete', 'New', 'New'), ['bc-2'], []],
  ['Serial, one Pending: none runs', all('Serial', 'Pending', 'New'), [], []],
  ['Serial, without status as new as New', all('Serial', undefined, undefined), ['bc-1'], []],
  ['#129 Parallel, all New: all run', all('Parallel', 'New', 'New', 'New'), ['bc-1', 'bc-2', 'bc-3'], []],
  [
    '#129 a Running Serial build of the same BuildConfig: no Parallel one runs',
    [build(1, 'Running', 'Serial'), build(2, 'New', 'Parallel'), build(3, 'New', 'Parallel')],
    [],
    [],
  ],
  [
    '#129 two New Parallel after Complete: both are next',
    all('Parallel', 'Complete', 'New', 'New'),
    ['bc-2', 'bc-3'],
    [],
  ],
  [
    'the first in line is Parallel: a Serial one behind it does not run',
    [build(1, 'New', 'Parallel'), build(2, 'New', 'Serial')],
    ['bc-1'],
    [],
  ],
  [
    'the first in line is Serial: it runs alone',
    [build(1, 'New', 'Serial'), build(2, 'New', 'Parallel')],
    ['bc-1'],
    [],
  ],
  [
    '#130 SerialLatestOnly: a newer build cancels older New ones',
    all('SerialLatestOnly', 'New', 'New', 'New'),
    [],
    ['bc-1', 'bc-2'],
  ],
  ['#130 SerialLatestOnly: a Pending one is cancelled too', all('SerialLatestOnly', 'Pending', 'New'), [], ['bc-1']],
  [
    '#130 SerialLatestOnly: Complete, Cancelled and Running ones are left',
    all('SerialLatestOnly', 'Complete', 'Cancelled', 'Running', 'New'),
    [],
    [],
  ],
  [
    '#130 SerialLatestOnly: with build-3 Running, build-4 is neither runnable nor cancelled',
    all('SerialLatestOnly', 'Complete', 'Failed', 'Running', 'New'),
    [],
    [],
  ],
  [
    'SerialLatestOnly cancels whatever the policy of the older one',
    [build(1, 'New', 'Parallel'), build(2, 'New', 'SerialLatestOnly')],
    [],
    ['bc-1'],
  ],
  [
    'a build that is to be cancelled does not hold up the next',
    [{ ...build(1, 'New'), status: { phase: 'New', cancelled: true } }, build(2, 'New')],
    ['bc-2'],
    [],
  ],
  [
    'a cancelled build that still runs does',
    [{ ...build(1, 'Running'), status: { phase: 'Running', cancelled: true } }, build(2, 'New')],
    [],
    [],
  ],
  ['numbers count, not the order of names', [build(10, 'New'), build(9, 'New')], ['bc-9'], []],
];

describe('whose turn it is', () => {
  test.each(rows)('%s', (_, builds, release, cancel) => {
    expect(step(builds)).toEqual({ release, cancel, unnumbered: [] });
  });

  test('#131 a build without BuildConfig runs at once', () => {
    const single = build(1, 'New', 'SerialLatestOnly');
    single.metadata.annotations = {};
    single.metadata.labels = { 'openshift.io/build.start-policy': 'SerialLatestOnly' };

    expect(step([single])).toEqual({ release: ['bc-1'], cancel: [], unnumbered: [] });
  });

  test('#131 a build without a number cannot be ordered, and is said to be so', () => {
    const broken = build(1, 'New', 'SerialLatestOnly');
    broken.metadata.annotations = { 'openshift.io/build-config.name': 'bc' };

    expect(step([broken, build(2, 'New')])).toEqual({ release: ['bc-2'], cancel: [], unnumbered: ['bc-1'] });
  });
});

/** Two controllers act on views that lag behind, and whoever runs builds takes them through their phases. */
describe('with two controllers whose views lag', () => {
  interface World {
    /** Every state there was, oldest first: a view is one of them. */
    readonly history: (readonly Build[])[];
  }
  const version = (one: Build) => Number(one.metadata.resourceVersion ?? 0);
  const write = (world: World, name: string, seen: Build, status: Build['status']): boolean => {
    const builds = world.history.at(-1)!;
    const live = builds.find(({ metadata }) => metadata.name === name);
    if (live === undefined || version(live) !== version(seen)) return false;
    const metadata = { ...live.metadata, resourceVersion: String(version(live) + 1) };
    world.history.push(
      builds.map((one) => (one === live ? { ...live, metadata, status: { ...live.status, ...status } } : one)),
    );
    return true;
  };
  const act = (world: World, lag: number) => {
    const view = world.history.at(Math.max(-world.history.length, -1 - lag))!;
    const { release, cancel } = policyStep(view);
    for (const one of cancel) write(world, one.metadata.name, one, { cancelled: true });
    for (const one of release) write(world, one.metadata.name, one, { phase: 'Pending' });
    for (const one of view) {
      const waits = ['New', 'Pending'].includes(phaseOf(one));
      if (one.status?.cancelled && waits) write(world, one.metadata.name, one, { phase: 'Cancelled' });
    }
  };
  const advance = (world: World) => {
    const builds = world.history.at(-1)!;
    const one = builds.find((candidate) => ['Pending', 'Running'].includes(phaseOf(candidate)));
    if (one) write(world, one.metadata.name, one, { phase: phaseOf(one) === 'Pending' ? 'Running' : 'Complete' });
  };
  const create = (world: World, policy: BuildRunPolicy) => {
    const builds = world.history.at(-1)!;
    if (builds.length < 8) world.history.push([...builds, build(builds.length + 1, 'New', policy)]);
  };
  const active = (builds: readonly Build[]) => builds.filter((one) => ['Pending', 'Running'].includes(phaseOf(one)));

  test.each(['Serial', 'SerialLatestOnly'] as const)('%s builds never run together, and all of them end', (policy) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ kind: fc.constant('act'), lag: fc.nat(6) }),
            fc.record({ kind: fc.constantFrom('advance', 'create'), lag: fc.constant(0) }),
          ),
          { maxLength: 40 },
        ),
        (steps) => {
          const world: World = { history: [[build(1, 'New', policy)]] };
          for (const { kind, lag } of steps) {
            if (kind === 'act') act(world, lag);
            else if (kind === 'advance') advance(world);
            else create(world, policy);
          }
          for (let round = 0; round < 40; round += 1) {
            act(world, 0);
            advance(world);
          }
          for (const builds of world.history) expect(active(builds).length).toBeLessThanOrEqual(1);
          const phases = world.history.at(-1)!.map(phaseOf);
          expect(phases.every((phase) => phase === 'Complete' || phase === 'Cancelled')).toBe(true);
          expect(phases.at(-1)).toBe('Complete');
          if (policy === 'Serial') expect(phases).not.toContain('Cancelled');
        },
      ),
      { numRuns: 300 },
    );
  });
});
