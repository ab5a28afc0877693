import type { EventData, RegistryPush } from '@tagstream/events';
import { canonicalKey, ImageRefError } from '@tagstream/image-ref';
import type { Clock } from '@tagstream/service';
import type { Look, LookResult } from './look.ts';
import { lruMap } from './lru-map.ts';
import type { OwnPushes } from './own-registry/watch-pushes.ts';
import type { PollLoop } from './poll-loop.ts';

export type Push = EventData<typeof RegistryPush>;

/** What the bus is to do with the message; a part of what it takes. */
export type HintOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string };

/** What became of a hint, for metrics. */
export type HintFate = 'unknown-reference' | 'repeated' | 'answered' | 'lagging' | 'retried' | 'given-up';

export interface HintDeps {
  readonly loop: Pick<PollLoop, 'look'>;
  /** The cluster's own registry, where there is one. */
  readonly own?: OwnPushes | undefined;
  readonly clock: Clock;
  readonly hinted: (push: Push, fate: HintFate) => void;
}

export interface HintDelivery {
  /** 1 for the first delivery. */
  readonly deliveries: number;
  readonly signal: AbortSignal;
}

/** How long a hint waits for its answer before it is laid aside: a dead registry must not hold the places of others. */
const LOOK_WAIT_MS = 5_000;

/**
 * Waits for a registry to show a digest that was announced, in the handler. Distribution announces a manifest before it
 * has moved the tag, and a hint is here within milliseconds.
 */
const SETTLE_WAITS_MS = [5, 10, 25, 60] as const;

/**
 * Waits for the same with the hint laid aside. A replica that lags catches up within seconds; one that does not in this
 * time was announced something that has been replaced since.
 */
const LAG_WAITS_MS = [250, 1_000, 5_000] as const;

/** Wait until a registry that gave no answer is asked anew for the hint. */
const FAILED_WAIT_MS = 10_000;
const BUSY_WAIT_MS = 1_000;

/** After so many deliveries a hint is given up; the schedule still covers scheduled tags, and so do retries of failures. */
const MAX_DELIVERIES = 12;

/** Deliveries remembered as handled. */
const MAX_HANDLED = 10_000;

/**
 * Makes the handler of push hints. A hint names a reference; every stream that follows it gets its tags looked at, by one
 * HEAD for all, and so does the stream whose repository in the cluster's own registry it is. Nothing of the hint is believed: a
 * forged one costs a request or two.
 */
export function createHintHandler(deps: HintDeps) {
  const { clock, hinted } = deps;
  const handled = lruMap<string, true>(MAX_HANDLED);
  return async (push: Push, delivery: HintDelivery): Promise<HintOutcome> => {
    const canonical = referenceOf(push);
    const key = `${push.source} ${push.deliveryId} ${canonical}`;
    const end = (fate: HintFate): HintOutcome => {
      hinted(push, fate);
      handled.set(key, true);
      return { kind: 'done' };
    };
    if (canonical === null) return end('unknown-reference');
    if (handled.get(key)) return end('repeated');
    const look = () => lookOnce(deps, canonical, push, delivery);
    const judge = (results: readonly LookResult[]) =>
      decide(results, push.claimedDigest, delivery.deliveries, clock.now());
    const results = await look();
    if (results.length === 0) return end('unknown-reference');
    let decision = judge(results);
    for (const waitMs of delivery.deliveries === 1 ? SETTLE_WAITS_MS : []) {
      if (decision.fate !== 'lagging') break;
      await clock.sleep(waitMs, delivery.signal);
      decision = judge(await look());
    }
    if (decision.kind === 'done') return end(decision.fate);
    hinted(push, decision.fate);
    return { kind: 'retry', afterMs: decision.afterMs, reason: decision.reason };
  };
}

async function lookOnce({ loop, own }: HintDeps, canonical: string, push: Push, delivery: HintDelivery) {
  const waited = AbortSignal.timeout(LOOK_WAIT_MS);
  const signal = AbortSignal.any([delivery.signal, waited]);
  using visit = own?.visit(push);
  try {
    const references = visit === undefined ? [canonical] : [canonical, visit.canonical];
    const look = lookFor(push);
    const results = await Promise.all(references.map((reference) => loop.look(reference, look, signal)));
    const created = visit === undefined ? await own?.create(push, delivery.deliveries, signal) : undefined;
    return created === undefined ? results.flat() : [...results.flat(), created];
  } catch (error) {
    if (!waited.aborted || delivery.signal.aborted) throw error;
    return [{ kind: 'failed', reason: 'no answer yet' }] as const;
  }
}

type Decision =
  | { readonly kind: 'done'; readonly fate: HintFate }
  | { readonly kind: 'retry'; readonly fate: HintFate; readonly afterMs: number; readonly reason: string };

/** What to do with a hint after it was looked at. @param deliveries 1 for the first. */
export function decide(
  results: readonly LookResult[],
  claimedDigest: string | undefined,
  deliveries: number,
  nowMs: number,
): Decision {
  const waits = results.map((result) => waitFor(result, nowMs));
  const afterMs = Math.max(...waits.map((wait) => wait?.afterMs ?? 0));
  if (afterMs > 0) {
    if (deliveries >= MAX_DELIVERIES) return { kind: 'done', fate: 'given-up' };
    const reason = waits.find((wait) => wait?.afterMs === afterMs)?.reason ?? '';
    return { kind: 'retry', fate: 'retried', afterMs, reason };
  }
  const isLagging = results.some(
    (result) => result.kind === 'answered' && claimedDigest !== undefined && result.digest !== claimedDigest,
  );
  const lagWaitMs = isLagging ? LAG_WAITS_MS[deliveries - 1] : undefined;
  if (lagWaitMs === undefined) return { kind: 'done', fate: 'answered' };
  const reason = 'the registry does not show the announced digest yet';
  return { kind: 'retry', fate: 'lagging', afterMs: lagWaitMs, reason };
}

function waitFor(result: LookResult, nowMs: number): { afterMs: number; reason: string } | undefined {
  switch (result.kind) {
    case 'answered':
      return undefined;
    case 'failed':
      return { afterMs: FAILED_WAIT_MS, reason: `the registry gave no answer: ${result.reason}` };
    case 'paused':
      return { afterMs: Math.max(1, result.untilMs - nowMs), reason: 'the registry asked to be left alone' };
    case 'not-yet':
      return { afterMs: result.afterMs, reason: result.reason };
    case 'busy':
      return { afterMs: BUSY_WAIT_MS, reason: 'many questions wait for this registry' };
  }
}

function lookFor(push: Push): Look {
  if (push.source === 'recheck') return { cause: 'request' };
  const { deliveryId, receivedAt, pushedAt } = push;
  return { cause: 'webhook', hint: { deliveryId, receivedAt, ...(pushedAt !== undefined && { pushedAt }) } };
}

/** The reference in the form that questions are found by; null for a name that no stream can follow. */
function referenceOf({ registry, repository, tag }: Push): string | null {
  const [namespace = '', ...name] = repository.split('/');
  const path = name.length === 0 ? { namespace: '', name: namespace } : { namespace, name: name.join('/') };
  try {
    return canonicalKey({ registry, ...path, tag, digest: '' });
  } catch (error) {
    if (error instanceof ImageRefError) return null;
    throw error;
  }
}
