import { backoffMs, type Clock, type RunFailure } from '@tagstream/service';
import { type CheckDeps, checkTarget, dueOf, lookResult } from './check-target.ts';
import { createAgenda } from './lanes/agenda.ts';
import { createLane, type Lane } from './lanes/lane.ts';
import type { Look, LookResult } from './look.ts';
import { looksInWait, type WaitingLook } from './looks-in-wait.ts';
import type { PolicyOf } from './registry-policy.ts';
import { budgetOf } from './share/budget.ts';
import type { TagView } from './tag-view.ts';
import { createTargetIndex, type Target } from './target-index.ts';

/** The facts told about the loop. */
export interface LoopTelemetry {
  readonly paused: (registry: string, untilMs: number) => void;
  readonly runFailed: (failure: RunFailure) => void;
  readonly shared: (members: readonly string[], moved: number) => void;
}

export interface LoopDeps extends CheckDeps {
  readonly clock: Clock;
  /** What each registry is asked at most, by all replicas together. */
  readonly policyOf: PolicyOf;
  /** Name of this replica among the members. */
  readonly self: string;
  /**
   * How far back turns are made up for by a replica that takes a target over: as long as the one before it may have been
   * dead without anybody knowing.
   */
  readonly catchUpMs: number;
  /** Tells the other replicas that a registry wants to be left alone for so long. */
  readonly announcePause: (registry: string, pauseMs: number) => void;
  readonly loopTelemetry: LoopTelemetry;
}

/** Asks what is due, each registry in a lane of its own, so that a slow or dead one delays only itself. */
export interface PollLoop extends AsyncDisposable {
  /** Takes in what a stream's tags are now and were before. */
  update(now: readonly TagView[], before: readonly TagView[]): void;
  /** Takes in who is there. Until it is called, only looks are answered. */
  setMembers(members: readonly string[]): void;
  /**
   * Looks at a reference now, in every way that it is asked for, whoever owns it. Looks that wait together are answered by
   * one request. Empty when no stream follows it. Rejects when the answer could not be published, or with the signal's reason.
   */
  look(canonical: string, look: Look, signal: AbortSignal): Promise<readonly LookResult[]>;
  /** Begins nothing more at a registry until then. */
  pause(registry: string, untilMs: number): void;
  /** The same for this and all other replicas, because the registry said so. */
  pauseEverywhere(registry: string, pauseMs: number): void;
  /** The target of a tag. */
  targetOf(tag: TagView): Target | undefined;
  /** Questions that are asked, now or at their time, by any replica. */
  readonly targets: number;
  /** Those of them that are this replica's. */
  readonly owned: number;
  /** Questions that wait for their lane or are under way, by registry. */
  waiting(): ReadonlyMap<string, number>;
}

/** Waits after an answer could not be published. */
const PUBLISH_RETRY = { minMs: 500, maxMs: 30_000, factor: 2 };

/** Checks in a row of a target whose tags keep changing; it is due again anyway. */
const MAX_CHECKS = 3;

/** A pause that ends so little later than the one that holds already is not told to anybody. */
const SAME_PAUSE_MS = 1_000;

/** Starts an empty loop that owns nothing yet. */
export function createPollLoop(deps: LoopDeps): PollLoop {
  const { clock, settings, self } = deps;
  const index = createTargetIndex();
  const lanes = new Map<string, Lane<Target>>();
  const pauses = new Map<string, number>();
  const looks = looksInWait();
  const agenda = createAgenda<Target>(clock, plan);
  let members: readonly string[] = [];

  function laneOf(registry: string): Lane<Target> {
    const known = lanes.get(registry);
    if (known !== undefined) return known;
    const lane = createLane<Target>({ clock, budget: budget(registry), run: (target, signal) => run(target, signal) });
    lane.pauseUntil(pauses.get(registry) ?? 0);
    lanes.set(registry, lane);
    return lane;
  }

  function budget(registry: string) {
    return budgetOf(deps.policyOf(registry), index.holdingsOf(registry), members, self);
  }

  /** Puts a target where it belongs: in line when it is due, else on the agenda, else nowhere. */
  function plan(target: Target): void {
    const due = target.owner === self ? dueOf(target, settings) : undefined;
    if (due === undefined) agenda.remove(target);
    else if (due.atMs > clock.now()) agenda.set(target, due.atMs);
    else {
      agenda.remove(target);
      laneOf(target.question.registry).add(target, due.cause !== 'schedule');
    }
  }

  async function run(target: Target, signal: AbortSignal): Promise<void> {
    const { key } = target.question;
    if (index.get(key) !== target) return;
    const looking = looks.take(key);
    const isDue = target.owner === self && (dueOf(target, settings)?.atMs ?? Number.POSITIVE_INFINITY) <= clock.now();
    try {
      if (looking.length > 0 || isDue) {
        const result = await ask(target, looking, signal);
        for (const one of looking) one.answer(result);
      }
      target.failures = 0;
      if (index.get(key) === target) plan(target);
    } catch (error) {
      for (const one of looking) one.fail(error);
      if (!signal.aborted) retryLater(target, error);
    }
  }

  /** Checks a target; at once again while a tag of it changes under the check. */
  async function ask(target: Target, looking: readonly WaitingLook[], signal: AbortSignal) {
    const asking = looking.map(({ look }) => look);
    for (let checks = 1; ; checks++) {
      const { answer, overtaken } = await checkTarget(target, asking, deps, signal);
      if (answer.kind === 'failed' && answer.pauseMs !== undefined)
        pauseEverywhere(target.question.registry, answer.pauseMs);
      if (!overtaken || answer.kind === 'failed' || checks === MAX_CHECKS) return lookResult(answer);
    }
  }

  function retryLater(target: Target, error: unknown): void {
    target.failures += 1;
    const retryInMs = backoffMs(PUBLISH_RETRY, target.failures, deps.random());
    if (target.owner === self) agenda.set(target, clock.now() + retryInMs);
    deps.loopTelemetry.runFailed({ key: target.question.key, error, failures: target.failures, retryInMs });
  }

  function pauseEverywhere(registry: string, pauseMs: number): void {
    const isNews = clock.now() + pauseMs > (pauses.get(registry) ?? 0) + SAME_PAUSE_MS;
    pause(registry, clock.now() + pauseMs);
    if (isNews) deps.announcePause(registry, pauseMs);
  }

  function pause(registry: string, untilMs: number): void {
    const before = pauses.get(registry) ?? 0;
    if (untilMs <= before) return;
    pauses.set(registry, untilMs);
    lanes.get(registry)?.pauseUntil(untilMs);
    looks.answerAll(registry, { kind: 'paused', untilMs });
    if (untilMs > before + SAME_PAUSE_MS) deps.loopTelemetry.paused(registry, untilMs);
  }

  function lookAt(target: Target, look: Look, signal: AbortSignal): Promise<LookResult> {
    const { registry } = target.question;
    const pausedUntilMs = pauses.get(registry) ?? 0;
    if (pausedUntilMs > clock.now()) return Promise.resolve({ kind: 'paused', untilMs: pausedUntilMs });
    const answer = looks.wait(target.question, look, signal);
    if (answer === undefined) return Promise.resolve({ kind: 'busy' });
    laneOf(registry).add(target, true);
    return answer;
  }

  /** Tells those who look at a target that nobody follows it any more, and gives up the lane of its registry if it was the last. */
  function forget(target: Target): void {
    const { key, registry } = target.question;
    agenda.remove(target);
    lanes.get(registry)?.cancel(target);
    for (const one of looks.take(key)) one.answer({ kind: 'answered', digest: null });
    if (index.countOf(registry) > 0) return;
    const lane = lanes.get(registry);
    lanes.delete(registry);
    void lane?.[Symbol.asyncDispose]();
  }

  function shareOut(registries: Iterable<string>): void {
    for (const registry of registries) lanes.get(registry)?.setBudget(budget(registry));
  }

  return {
    update(now, before) {
      const sizeBefore = index.size;
      const { touched, removed } = index.apply(now, before, clock.now());
      for (const target of removed) forget(target);
      if (removed.length > 0 || index.size !== sizeBefore)
        shareOut(new Set([...touched, ...removed].map(({ question }) => question.registry)));
      for (const target of touched) plan(target);
    },
    setMembers(next) {
      members = next;
      const moved = index.setMembers(next, clock.now() - deps.catchUpMs);
      shareOut(lanes.keys());
      for (const target of moved) {
        const { key, registry } = target.question;
        if (target.owner !== self && !looks.isWaiting(key)) lanes.get(registry)?.cancel(target);
        plan(target);
      }
      deps.loopTelemetry.shared(next, moved.length);
    },
    async look(canonical, look, signal) {
      signal.throwIfAborted();
      return Promise.all(index.byReference(canonical).map((target) => lookAt(target, look, signal)));
    },
    pause,
    pauseEverywhere,
    targetOf: index.targetOf,
    get targets() {
      return index.size;
    },
    get owned() {
      return index.ownedBy(self);
    },
    waiting: () => new Map([...lanes].map(([registry, lane]) => [registry, lane.size])),
    async [Symbol.asyncDispose]() {
      agenda[Symbol.dispose]();
      await Promise.all([...lanes.values()].map((lane) => lane[Symbol.asyncDispose]()));
      looks.failAll(new Error('the poller is stopping'));
    },
  };
}
