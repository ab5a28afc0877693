import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTerminal, phaseOf, versionOf } from '../src/index.ts';
import { limitsFor } from '../src/strategy-params.ts';
import { Cluster, type Seen } from './support/cluster.ts';
import { dcOf, rcOf, templateOf } from './support/objects.ts';
import { runToRest } from './support/run.ts';

/**
 * What may happen at any moment. One actor sees the present; others act on what they saw when they last looked, or on any
 * moment of the past, configurations and the others apart.
 */
type Happening =
  | { readonly kind: 'act'; readonly times: number }
  | { readonly kind: 'look' | 'act-late'; readonly actor: 0 | 1 }
  | { readonly kind: 'act-on-past'; readonly behindDc: number; readonly behindRcs: number }
  | { readonly kind: 'sync' | 'ready' | 'die'; readonly which: number }
  | { readonly kind: 'edit' | 'scale' | 'cancel' | 'retry' }
  | { readonly kind: 'time'; readonly seconds: number };

const behind = fc.oneof(fc.nat(4), fc.nat(40));
const kinds = <const K extends string>(...names: K[]) => fc.constantFrom(...names);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: kinds('act'), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: kinds('look', 'act-late', 'act-late'), actor: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('act-on-past'), behindDc: behind, behindRcs: behind }) },
  { weight: 10, arbitrary: fc.record({ kind: kinds('sync', 'ready', 'ready'), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('die'), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('edit', 'edit', 'scale', 'cancel', 'retry') }) },
  { weight: 4, arbitrary: fc.record({ kind: kinds('time'), seconds: fc.constantFrom(1, 1, 1, 1, 1, 2, 30, 700) }) },
);

const share = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
);

/** A cluster in which version 1 serves and a second one has been asked for. */
function serving(replicas: number, maxSurge: number | string, maxUnavailable: number | string, historyLimit: number) {
  const spec = {
    replicas,
    revisionHistoryLimit: historyLimit,
    strategy: { rollingParams: { maxSurge, maxUnavailable } },
  };
  const dc = dcOf({ spec, status: { latestVersion: 1 } });
  const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas })]);
  // A live look and the write after it are two moments: the promise must hold without it.
  cluster.liveLooks = false;
  cluster.edit({ template: templateOf('web:2') });
  return cluster;
}

/** What is remembered between happenings. */
interface Memory {
  /** What the late actors saw. */
  readonly seen: Seen[];
  /** How often the template was edited. */
  edits: number;
  /** The numbers of replicas that are asked for in turn. */
  readonly sizes: readonly [number, number];
  /** For each death of a pod, how many snapshots of the ReplicationControllers came before the one that shows it. */
  readonly deaths: number[];
  /** What each of the late actors knows to have told. */
  readonly told: readonly [Set<string>, Set<string>];
}

/** Lets an actor take a step on a view; answers how many pods have died since. */
function actOn(cluster: Cluster, seen: Seen, told: Set<string>, { deaths }: Memory): number {
  const index = cluster.snapshots.indexOf(seen.rcs);
  cluster.act(seen, told);
  return deaths.filter((before) => before > index).length;
}

/** Answers how many pods had died without the actor seeing it; no actor can make up for those. */
function happen(cluster: Cluster, event: Happening, memory: Memory): number {
  switch (event.kind) {
    case 'act-late':
      return actOn(cluster, memory.seen[event.actor]!, memory.told[event.actor], memory);
    case 'act-on-past':
      return actOn(cluster, cluster.past(event.behindDc, event.behindRcs), new Set(), memory);
    default:
      change(cluster, event, memory);
      return 0;
  }
}

function change(
  cluster: Cluster,
  event: Exclude<Happening, { kind: 'act-late' | 'act-on-past' }>,
  memory: Memory,
): void {
  const rcs = cluster.rcs;
  const latest = rcs.toSorted((a, b) => versionOf(b) - versionOf(a))[0]!;
  switch (event.kind) {
    case 'act':
      for (let i = 0; i < event.times; i++) cluster.act(undefined, cluster.told);
      return;
    case 'look':
      memory.seen[event.actor] = cluster.look();
      return;
    case 'sync':
      cluster.syncPods(rcs[event.which % rcs.length]!.metadata.name);
      return;
    case 'ready':
      cluster.readyOne(rcs[event.which % rcs.length]!.metadata.name);
      return;
    case 'die': {
      const before = cluster.snapshots.length;
      if (cluster.killOne(rcs[event.which % rcs.length]!.metadata.name)) memory.deaths.push(before);
      return;
    }
    case 'time':
      cluster.nowMs += event.seconds * 1000;
      return;
    case 'scale':
      cluster.edit({ replicas: memory.sizes.find((size) => size !== cluster.dc.spec.replicas) ?? memory.sizes[0] });
      return;
    case 'edit':
      memory.edits += 1;
      cluster.edit({ template: templateOf(`web:${2 + memory.edits}`) });
      return;
    case 'cancel':
      if (!isTerminal(latest)) cluster.annotate(versionOf(latest), { 'openshift.io/deployment.cancelled': 'true' });
      return;
    case 'retry':
      if (phaseOf(latest) !== 'Failed') return;
      cluster.annotate(versionOf(latest), {
        'openshift.io/deployment.phase': 'New',
        'openshift.io/deployment.cancelled': null,
        'openshift.io/deployment.status-reason': null,
      });
  }
}

/** Thousands of steps each; far longer than they take on a machine with other work to do. */
const TIMEOUT_MS = 90_000;

test(
  'whatever happens, and however stale the views of several actors are, the limits hold and all ends well',
  () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
        share,
        share,
        fc.nat(2),
        fc.array(happening, { minLength: 20, maxLength: 200 }),
        (sizes, maxSurge, maxUnavailable, historyLimit, happenings) => {
          const cluster = serving(sizes[0], maxSurge, maxUnavailable, historyLimit);
          const limits = sizes.map((replicas) => limitsFor(replicas, { maxSurge, maxUnavailable }));
          // A rollout aims at the replicas asked for when it began, what comes after it at those of now.
          const relevant = happenings.some(({ kind }) => kind === 'scale') ? limits : limits.slice(0, 1);
          const maxTotal = Math.max(...relevant.map((each) => each.maxTotal));
          const minAvailable = Math.min(...relevant.map((each) => each.minAvailable));
          const told = [new Set<string>(), new Set<string>()] as const;
          const memory: Memory = { seen: [cluster.look(), cluster.look()], edits: 0, sizes, deaths: [], told };
          for (const event of happenings) {
            const before = cluster.totals().available;
            const unseenDeaths = happen(cluster, event, memory);
            const { asked, available } = cluster.totals();
            expect(asked, 'replicas of all together').toBeLessThanOrEqual(maxTotal);
            if (event.kind === 'die') continue;
            expect(available, 'available replicas').toBeGreaterThanOrEqual(
              Math.min(before, minAvailable - unseenDeaths),
            );
          }

          runToRest(cluster);

          const withReplicas = cluster.rcs.filter((rc) => (rc.spec.replicas ?? 0) > 0);
          expect(withReplicas).toHaveLength(1);
          expect(withReplicas[0]!.spec.replicas).toBe(cluster.dc.spec.replicas);
          expect(phaseOf(withReplicas[0]!)).toBe('Complete');
          expect(cluster.rcs.every(isTerminal)).toBe(true);
          // A cancelled or failed last rollout has fallen back; otherwise the newest serves.
          const newest = cluster.rcs.toSorted((a, b) => versionOf(b) - versionOf(a))[0]!;
          expect(phaseOf(newest) === 'Failed' || newest === withReplicas[0]).toBe(true);
          expect(cluster.dc.status?.latestVersion).toBe(versionOf(newest));
          // Whatever has ended was told; the first one had been before.
          for (const rc of cluster.rcs.filter((each) => versionOf(each) > 1 && phaseOf(each) === 'Complete')) {
            expect(cluster.published.join(), 'told').toContain(`${rc.metadata.name} complete`);
          }
          // What was told is recorded: a process that starts anew has nothing to tell.
          const published = cluster.published.length;
          cluster.told.clear();
          runToRest(cluster);
          expect(cluster.published).toHaveLength(published);
        },
      ),
      { numRuns: 500 },
    );
  },
  TIMEOUT_MS,
);

test(
  'two actors that take turns on views of their own make one ReplicationController a version',
  () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 10, maxLength: 60 }), (turns) => {
        const cluster = serving(2, 1, 0, 10);
        for (const [behindDc, behindRcs] of turns) {
          cluster.act(cluster.past(behindDc, behindRcs));
          for (const rc of cluster.rcs) cluster.readyOne(rc.metadata.name);
          cluster.nowMs += 1000;
        }
        runToRest(cluster);
        expect(cluster.rcs.map(versionOf).sort()).toEqual([1, 2]);
        expect(cluster.dc.status?.latestVersion).toBe(2);
        expect(cluster.events.filter((reason) => reason === 'DeploymentCreated')).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  },
  TIMEOUT_MS,
);

test(
  'an actor that starts anew before each step gets to the same end',
  () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), share, share, (replicas, maxSurge, maxUnavailable) => {
        const cluster = serving(replicas, maxSurge, maxUnavailable, 10);
        // Nothing is carried from one step to the next but the cluster itself: runToRest of one step at a time.
        for (let i = 0; i < 300; i++) {
          cluster.act(undefined, new Set());
          for (const rc of cluster.rcs) cluster.readyOne(rc.metadata.name);
          cluster.nowMs += 1000;
        }
        expect(phaseOf(cluster.rc(2))).toBe('Complete');
        expect(cluster.rc(2).spec.replicas).toBe(replicas);
        expect(cluster.rc(1).spec.replicas).toBe(0);
      }),
      { numRuns: 50 },
    );
  },
  TIMEOUT_MS,
);
