import type { Build } from '@tagstream/api-types';
import { configNameOf, numberOf, runnerOf } from '@tagstream/build';
import type { Bus } from '@tagstream/bus';
import { BuildProgressed, toCloudEvent } from '@tagstream/events';
import { type KubeClient, resources } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import { type Claimant, decideClaim, RUNNER } from './decide-claim.ts';

/** What looking for forgotten Builds takes. */
export interface TellAgainDeps {
  readonly kube: Pick<KubeClient, 'list'>;
  readonly bus: Pick<Bus, 'storeText'>;
  readonly clock: Clock;
  readonly claimant: Claimant;
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly onTold: (build: Build) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** Long enough that start signals come by themselves in between, short beside a build that stands still for ever. */
const EVERY_MS = 60_000;

/**
 * Finds Builds whose runner is dead and whose start signal is gone, and tells it again. JetStream delivers the signal of a dead
 * instance by itself, so this is for signals that are lost; only what was found twice counts. Replicas that find the same tell
 * it once. Ends with the signal.
 */
export async function tellForgotten(deps: TellAgainDeps, signal: AbortSignal): Promise<void> {
  let suspects = new Set<string>();
  while (!signal.aborted) {
    try {
      suspects = await tellOnce(deps, suspects, signal);
    } catch (error) {
      if (!signal.aborted) deps.onTrouble(error);
    }
    await deps.clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}

/** @returns the claims without a live holder, for the next time */
export async function tellOnce(
  deps: TellAgainDeps,
  suspects: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const { kube, claimant, namespace } = deps;
  const { items } = await kube.list<Build>(resources.builds, { signal, ...(namespace && { namespace }) });
  const found = new Set<string>();
  for (const build of items) {
    const holder = heldByDead(build, claimant);
    if (holder === undefined) continue;
    const claim = `${build.metadata.uid} ${holder}`;
    found.add(claim);
    if (!suspects.has(claim)) continue;
    await tell(deps, build, holder, signal);
    deps.onTold(build);
  }
  return found;
}

function heldByDead(build: Build, claimant: Claimant): string | undefined {
  const holder = runnerOf(build);
  if (!holder?.startsWith(`${RUNNER}/`) || holder === claimant.runner) return undefined;
  const { kind } = decideClaim(build, claimant);
  return kind === 'ignore' || kind === 'wait' ? undefined : holder;
}

/** The same event; its id on the wire is another one, since the first may have been stored a moment ago. */
async function tell({ bus, clock }: TellAgainDeps, build: Build, holder: string, signal: AbortSignal): Promise<void> {
  const { namespace = '', name, uid = '' } = build.metadata;
  const buildConfig = configNameOf(build);
  const number = numberOf(build);
  const reference = build.status?.outputDockerImageReference;
  const event = toCloudEvent(
    BuildProgressed,
    {
      namespace,
      name,
      uid,
      ...(buildConfig && { buildConfig }),
      ...(number && { number }),
      phase: 'Pending',
      at: clock.iso(),
      strategy: build.spec.strategy.sourceStrategy ? 'Source' : 'Docker',
      output: { ...(reference && { reference }) },
    },
    { source: '/tagstream/builder', time: clock.iso() },
  );
  await bus.storeText(event.subject, JSON.stringify(event), { id: `${event.id} after ${holder}`, signal });
}
