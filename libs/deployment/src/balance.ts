import type { Member } from './member.ts';
import type { Limits } from './strategy-params.ts';

/** Those that share the replicas of a DeploymentConfig. */
export interface Members {
  /** The one that is to have all replicas in the end. */
  readonly to: Member;
  /** The one that has been serving, if another. */
  readonly from?: Member | undefined;
  /** What earlier rollouts left behind, lowest version first. They go before `from` does. */
  readonly others: readonly Member[];
}

/** One change of replicas. */
export interface Shift {
  readonly direction: 'up' | 'down';
  readonly member: Member;
  readonly replicas: number;
}

/**
 * The next change of replicas on the way to `to` having all of them; undefined when it must first become available, or
 * when all is done. OpenShift's rolling update: up by what `maxTotal` leaves room for, down by what is not needed for
 * `minAvailable`, everything old at once when `to` is whole. Beyond OpenShift: what a superseded rollout left behind counts
 * as serving while it does, so that also an update which replaces a half-done one keeps within the limits.
 *
 * It is safe on a stale view, given that the write fails when its target has changed: as long as a claim holds
 * (see `claimOf`) `to` only grows and the others only shrink, so that room seen is room there, and what rests on the
 * availability of others is taken from one ReplicationController at a time, in a fixed order.
 */
export function balance(members: Members, limits: Limits): Shift | undefined {
  const olds = oldsOf(members);
  return scaleUp(members.to, olds, limits) ?? scaleDown(members, olds, limits);
}

/** All but `to`, in the order in which they go. */
export function oldsOf(members: Members): readonly Member[] {
  return members.from ? [...members.others, members.from] : members.others;
}

function scaleUp(to: Member, olds: readonly Member[], limits: Limits): Shift | undefined {
  const old = sum(olds, (m) => m.replicas);
  const shift = (replicas: number): Shift => ({ direction: 'up', member: to, replicas });
  if (to.replicas > limits.desired) return { direction: 'down', member: to, replicas: limits.desired };
  if (to.replicas === limits.desired) return undefined;
  if (old === 0) return shift(limits.desired);
  // Pods that are still to appear or to vanish are waited for: the limit is one on pods, not on wishes.
  const shrinking = olds.some((m) => m.current > m.replicas);
  if (shrinking || to.current < to.replicas) return undefined;
  const replicas = Math.min(limits.desired, limits.maxTotal - old);
  return replicas > to.replicas ? shift(replicas) : undefined;
}

function scaleDown(members: Members, olds: readonly Member[], limits: Limits): Shift | undefined {
  const { to } = members;
  const first = olds.find((m) => m.replicas > 0);
  if (first === undefined) return undefined;
  const down = (member: Member, replicas: number): Shift => ({ direction: 'down', member, replicas });
  if (limits.desired === 0 || (to.replicas === limits.desired && to.available === limits.desired))
    return down(first, 0);
  const spare = Math.max(0, to.available + sum(olds, (m) => m.available) - limits.minAvailable);
  // While there is something to spare, the first that has replicas gives it: two replicas of this service that see the same
  // spare write to the same object, and one of them fails.
  for (const member of olds) {
    const keep = member === members.from ? keepOfServing(members, limits) : Math.max(0, member.available - spare);
    if (keep < member.replicas) return down(member, keep);
  }
  return undefined;
}

/** Replicas that `from` keeps: pods of it that are not available still count, because they may become so. */
function keepOfServing({ to, from, others }: Members, limits: Limits): number {
  if (from === undefined) return 0;
  const needed = Math.max(0, limits.minAvailable - to.available - sum(others, (m) => m.available));
  const othersGone = others.every((m) => m.replicas === 0);
  return Math.min(from.replicas, othersGone ? needed : Math.max(needed, from.available));
}

function sum(members: readonly Member[], count: (member: Member) => number): number {
  return members.reduce((total, member) => total + count(member), 0);
}
