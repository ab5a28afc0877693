import { type Clock, type KeyedQueue, keyedQueue, type RunFailure, type RunResult } from '@tagstream/service';
import { type CheckDeps, checkTarget, dueOf, lookResult } from './check-target.ts';
import type { Look, LookResult } from './look.ts';
import type { TagView } from './tag-view.ts';
import { createTargetIndex, type Target } from './target-index.ts';

/** The facts told about the loop. */
export interface LoopTelemetry {
  readonly paused: (registry: string, untilMs: number) => void;
  readonly runFailed: (failure: RunFailure) => void;
}

export interface LoopDeps extends CheckDeps {
  readonly clock: Clock;
  /** Questions asked of one registry at the same time. */
  readonly concurrencyPerRegistry: number;
  /**
   * Whether the checks of a reference are this replica's. All of them are when there is one replica; two that both think so
   * ask twice and publish one message.
   */
  readonly owns: (canonical: string) => boolean;
  readonly loopTelemetry: LoopTelemetry;
}

/** Asks what is due, each registry in a lane of its own, so that a slow or dead one delays only itself. */
export interface PollLoop extends AsyncDisposable {
  /** Takes in what a stream's tags are now and were before. */
  update(now: readonly TagView[], before: readonly TagView[]): void;
  /**
   * Looks at a reference now, in every way that it is asked for. Looks that wait together are answered by one request.
   * Empty when no stream follows it. Rejects when the answer could not be published, or with the signal's reason.
   */
  look(canonical: string, look: Look, signal: AbortSignal): Promise<readonly LookResult[]>;
  /** Questions that are asked, now or at their time. */
  readonly targets: number;
  /** Questions that wait for their lane or are under way, by registry. */
  waiting(): ReadonlyMap<string, number>;
}

/** Looks that wait for one registry; what comes on top is sent away, so that it leaves room for other registries. */
export const MAX_LOOKS_PER_REGISTRY = 64;

/** Waits after an answer could not be published. */
const PUBLISH_RETRY = { minMs: 500, maxMs: 30_000, factor: 2 };

/** Checks in a row of a target whose tags keep changing; it is due again anyway. */
const MAX_CHECKS = 3;

interface Lane {
  readonly queue: KeyedQueue;
  readonly registry: string;
  pausedUntilMs: number;
  looks: number;
}

interface Waiting {
  readonly look: Look;
  readonly answer: (result: LookResult) => void;
  readonly fail: (error: unknown) => void;
}

/** Starts an empty loop. */
export function createPollLoop(deps: LoopDeps): PollLoop {
  const { clock, settings } = deps;
  const index = createTargetIndex();
  const lanes = new Map<string, Lane>();
  const waiting = new Map<string, Set<Waiting>>();

  function laneOf(target: Target): Lane {
    const { registry } = target.question;
    const known = lanes.get(registry);
    if (known !== undefined) return known;
    const queue = keyedQueue({
      concurrency: deps.concurrencyPerRegistry,
      run: (key, signal) => run(lane, key, signal),
      retry: PUBLISH_RETRY,
      clock,
      random: deps.random,
      onError: deps.loopTelemetry.runFailed,
    });
    const lane: Lane = { queue, registry, pausedUntilMs: 0, looks: 0 };
    lanes.set(registry, lane);
    return lane;
  }

  /** When a target is to be run next, in milliseconds from now. */
  function nextIn(target: Target): number | undefined {
    if (!deps.owns(target.question.canonical)) return undefined;
    const due = dueOf(target, settings);
    return due && Math.max(0, due.atMs - clock.now());
  }

  async function run(lane: Lane, key: string, signal: AbortSignal): Promise<RunResult | undefined> {
    const target = index.get(key);
    if (target === undefined) return undefined;
    const looking = [...(waiting.get(key) ?? [])];
    waiting.delete(key);
    const answer = (result: LookResult) => {
      for (const one of looking) one.answer(result);
    };
    const pauseMs = lane.pausedUntilMs - clock.now();
    if (pauseMs > 0) {
      answer({ kind: 'paused', untilMs: lane.pausedUntilMs });
      return { againAfterMs: pauseMs };
    }
    const dueIn = nextIn(target);
    if (looking.length > 0 || dueIn === 0) {
      try {
        answer(await ask(lane, target, looking, signal));
      } catch (error) {
        for (const one of looking) one.fail(error);
        throw error;
      }
    }
    const next = nextIn(target);
    return next === undefined ? undefined : { againAfterMs: next };
  }

  /** Checks a target; at once again while a tag of it changes under the check. */
  async function ask(lane: Lane, target: Target, looking: readonly Waiting[], signal: AbortSignal) {
    const looks = looking.map(({ look }) => look);
    for (let checks = 1; ; checks++) {
      const { answer, overtaken } = await checkTarget(target, looks, deps, signal);
      if (answer.kind === 'failed' && answer.pauseMs !== undefined) pause(lane, answer.pauseMs);
      if (!overtaken || answer.kind === 'failed' || checks === MAX_CHECKS) return lookResult(answer);
    }
  }

  function pause(lane: Lane, pauseMs: number): void {
    lane.pausedUntilMs = Math.max(lane.pausedUntilMs, clock.now() + pauseMs);
    deps.loopTelemetry.paused(lane.registry, lane.pausedUntilMs);
  }

  function lookAt(target: Target, look: Look, signal: AbortSignal): Promise<LookResult> {
    const lane = laneOf(target);
    if (lane.looks >= MAX_LOOKS_PER_REGISTRY) return Promise.resolve({ kind: 'busy' });
    lane.looks++;
    const { key } = target.question;
    const { promise, resolve, reject } = Promise.withResolvers<LookResult>();
    const one: Waiting = { look, answer: resolve, fail: reject };
    const giveUp = () => {
      waiting.get(key)?.delete(one);
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.set(key, (waiting.get(key) ?? new Set()).add(one));
    lane.queue.add(key);
    return promise.finally(() => {
      lane.looks--;
      signal.removeEventListener('abort', giveUp);
    });
  }

  /** Tells those who look at a target that nobody follows it any more, and gives up the lane of its registry if it was the last. */
  function forget({ question: { key, registry } }: Target): void {
    for (const one of waiting.get(key) ?? []) one.answer({ kind: 'answered', digest: null });
    waiting.delete(key);
    const lane = lanes.get(registry);
    if (lane === undefined || index.countOf(registry) > 0) return;
    lanes.delete(registry);
    void lane.queue[Symbol.asyncDispose]();
  }

  return {
    update(now, before) {
      const { touched, removed } = index.apply(now, before, clock.now());
      for (const target of touched) {
        const nextMs = nextIn(target);
        if (nextMs === 0) laneOf(target).queue.add(target.question.key);
        else if (nextMs !== undefined) laneOf(target).queue.addAfter(target.question.key, nextMs);
      }
      for (const target of removed) forget(target);
    },
    async look(canonical, look, signal) {
      signal.throwIfAborted();
      return Promise.all(index.byReference(canonical).map((target) => lookAt(target, look, signal)));
    },
    get targets() {
      return index.size;
    },
    waiting: () => new Map([...lanes.values()].map(({ registry, queue }) => [registry, queue.size])),
    async [Symbol.asyncDispose]() {
      await Promise.all([...lanes.values()].map(({ queue }) => queue[Symbol.asyncDispose]()));
      for (const ones of waiting.values()) for (const one of ones) one.fail(new Error('the poller is stopping'));
    },
  };
}
