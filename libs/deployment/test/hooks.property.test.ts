import type { DeploymentStrategy, LifecycleHook, ReplicationController } from '@tagstream/api-types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasPassed, hookRecordOf } from '../src/hook-record.ts';
import { HOOK_MOMENTS } from '../src/hooks.ts';
import { isTerminal, phaseOf, versionOf } from '../src/index.ts';
import { Cluster, type Seen } from './support/cluster.ts';
import { dcOf, rcOf, templateOf } from './support/objects.ts';
import { runToRest } from './support/run.ts';

/** What may happen at any moment, as in rollout.property.test.ts, and what becomes of hook pods. */
type Happening =
  | { readonly kind: 'act'; readonly times: number }
  | { readonly kind: 'look' | 'act-late'; readonly actor: 0 | 1 }
  | { readonly kind: 'act-on-past'; readonly behind: readonly [dc: number, rcs: number, pods: number] }
  | { readonly kind: 'ready'; readonly which: number }
  | { readonly kind: 'hook'; readonly which: number; readonly phase: 'Running' | 'Succeeded' | 'Failed' }
  | { readonly kind: 'hooks-go' | 'edit' | 'scale' | 'cancel' | 'retry' | 'delete-hook' }
  | { readonly kind: 'time'; readonly seconds: number };

const kinds = <const K extends string>(...names: K[]) => fc.constantFrom(...names);
const behind = fc.oneof(fc.nat(4), fc.nat(30));

const calm: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: kinds('act'), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: kinds('look', 'act-late', 'act-late'), actor: fc.constantFrom(0, 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('act-on-past'), behind: fc.tuple(behind, behind, behind) }) },
  { weight: 8, arbitrary: fc.record({ kind: kinds('ready'), which: fc.nat(5) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kinds('hook'),
      which: fc.nat(3),
      phase: kinds('Running', 'Succeeded', 'Succeeded', 'Succeeded', 'Failed'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kinds('scale') }) },
  { weight: 4, arbitrary: fc.record({ kind: kinds('time'), seconds: fc.constantFrom(1, 1, 1, 2, 30) }) },
);

const rough: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 35, arbitrary: calm },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kinds('hooks-go', 'hooks-go', 'edit', 'cancel', 'retry', 'delete-hook') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kinds('time'), seconds: fc.constant(700) }) },
);

const hook: fc.Arbitrary<LifecycleHook> = fc
  .constantFrom('Abort', 'Retry', 'Ignore')
  .map((failurePolicy) => ({ failurePolicy, execNewPod: { command: ['x'], containerName: 'web' } }));
const maybe = fc.option(hook, { nil: null, freq: 2 });
const strategy: fc.Arbitrary<DeploymentStrategy> = fc.oneof(
  fc.record({ pre: maybe, post: maybe }).map((of) => ({ rollingParams: { maxSurge: 1, maxUnavailable: 0, ...of } })),
  fc
    .record({ pre: maybe, mid: maybe, post: maybe })
    .map((of) => ({ type: 'Recreate' as const, recreateParams: { timeoutSeconds: 600, ...of } })),
);

interface Memory {
  readonly seen: Seen[];
  edits: number;
}

function happen(cluster: Cluster, event: Happening, memory: Memory): void {
  const { rcs, rolloutPods } = cluster;
  const latest = rcs.toSorted((a, b) => versionOf(b) - versionOf(a))[0]!;
  const names = [...rolloutPods.now.keys()];
  switch (event.kind) {
    case 'act':
      for (let i = 0; i < event.times; i++) cluster.act();
      return;
    case 'look':
      memory.seen[event.actor] = cluster.look();
      return;
    case 'act-late':
      cluster.act(memory.seen[event.actor]);
      return;
    case 'act-on-past':
      cluster.act(cluster.past(...event.behind));
      return;
    case 'ready':
      cluster.readyOne(rcs[event.which % rcs.length]!.metadata.name);
      return;
    case 'hook':
      if (names.length > 0) rolloutPods.end(names[event.which % names.length]!, event.phase);
      return;
    case 'hooks-go':
      rolloutPods.sync();
      return;
    case 'delete-hook': {
      // Only what the rollout has seen: before, nobody can tell a pod that was deleted from one that was never made.
      const moment = HOOK_MOMENTS.find((each) => hookRecordOf(latest, each)?.state === 'running');
      if (moment) rolloutPods.remove(`${latest.metadata.name}-hook-${moment}`);
      return;
    }
    case 'time':
      cluster.nowMs += event.seconds * 1000;
      return;
    case 'edit':
      memory.edits += 1;
      cluster.edit({ template: templateOf(`web:${2 + memory.edits}`) });
      return;
    case 'scale':
      cluster.edit({ replicas: 1 + ((cluster.dc.spec.replicas + 1) % 4) });
      return;
    case 'cancel':
      if (!isTerminal(latest)) cluster.annotate(versionOf(latest), { 'openshift.io/deployment.cancelled': 'true' });
      return;
    case 'retry':
      if (phaseOf(latest) !== 'Failed') return;
      cluster.annotate(versionOf(latest), {
        'openshift.io/deployment.phase': 'New',
        'openshift.io/deployment.cancelled': null,
      });
  }
}

/** Of a rollout under way: what a hook's record says about the replicas. */
function expectHooksInOrder(cluster: Cluster, rc: ReplicationController, given: DeploymentStrategy): void {
  const of = given.type === 'Recreate' ? given.recreateParams : given.rollingParams;
  const [pre, mid, post] = HOOK_MOMENTS.map((moment) => hookRecordOf(rc, moment));
  if (mid) expect(!of?.pre || hasPassed(pre), 'mid after pre').toBe(true);
  if (post) {
    expect(!of?.pre || hasPassed(pre), 'post after pre').toBe(true);
    const midHook = given.type === 'Recreate' ? given.recreateParams?.mid : undefined;
    expect(!midHook || hasPassed(mid), 'post after mid').toBe(true);
  }
  for (const moment of HOOK_MOMENTS.filter((each) => hasPassed(hookRecordOf(rc, each)))) {
    const attempt = rc.metadata.annotations?.['rollout.tagstream.io/attempt'];
    expect(cluster.rolloutPods.made).toContain(`${rc.metadata.name}-hook-${moment} attempt ${attempt}`);
  }
  if (mid && !hasPassed(mid)) {
    const serving = cluster.rcs.filter((other) => phaseOf(other) === 'Complete');
    expect(serving.map((other) => other.spec.replicas ?? 0).every((replicas) => replicas === 0)).toBe(true);
  }
  if (post && !hasPassed(post) && !isTerminal(rc)) {
    expect(String(rc.spec.replicas)).toBe(rc.metadata.annotations?.['kubectl.kubernetes.io/desired-replicas']);
  }
}

/** Far longer than it takes on a machine with other work to do. */
const TIMEOUT_MS = 90_000;

test.each([
  ['several actors with stale views', calm, false],
  ['cancellations, retries, edits and deletions, with a live look before a pod is made', rough, true],
] as const)(
  'whatever happens, every hook has one pod an attempt, in order, and all ends well: %s',
  (_, happening, liveLooks) => {
    fc.assert(
      fc.property(strategy, fc.array(happening, { minLength: 30, maxLength: 200 }), (given, happenings) => {
        const dc = dcOf({ spec: { replicas: 2, strategy: given }, status: { latestVersion: 1 } });
        const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 })]);
        cluster.liveLooks = liveLooks;
        cluster.edit({ template: templateOf('web:2') });
        const memory: Memory = { seen: [cluster.look(), cluster.look()], edits: 0 };
        for (const event of happenings) {
          happen(cluster, event, memory);
          for (const rc of cluster.rcs) if (phaseOf(rc) === 'Running') expectHooksInOrder(cluster, rc, given);
        }
        runToRest(cluster, { hooks: 'succeed' });

        const { made } = cluster.rolloutPods;
        expect(new Set(made).size, `each once: ${made.join(', ')}`).toBe(made.length);
        expect(cluster.rcs.every(isTerminal)).toBe(true);
        const deleted = happenings.some(({ kind }) => kind === 'delete-hook');
        const reasons = cluster.rcs.map(
          ({ metadata }) => metadata.annotations?.['openshift.io/deployment.status-reason'],
        );
        expect(deleted || !reasons.some((reason) => reason?.includes('was deleted'))).toBe(true);
        const withReplicas = cluster.rcs.filter((rc) => (rc.spec.replicas ?? 0) > 0);
        expect(withReplicas.map((rc) => [phaseOf(rc), rc.spec.replicas])).toEqual([
          ['Complete', cluster.dc.spec.replicas],
        ]);
        const newest = cluster.rcs.toSorted((a, b) => versionOf(b) - versionOf(a))[0]!;
        expect(phaseOf(newest) === 'Failed' || newest === withReplicas[0]).toBe(true);
      }),
      { numRuns: 400 },
    );
  },
  TIMEOUT_MS,
);
