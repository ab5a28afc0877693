import type { LaneBudget } from '../lanes/lane.ts';

/** How the questions of one registry are shared out: how many each replica owns. */
export type Holdings = ReadonlyMap<string, number>;

/**
 * The part of the rate that is shared out evenly instead of by what each replica owns: any replica may take a push hint,
 * also for a registry of which it owns nothing.
 */
const EVEN_PART = 0.2;

/**
 * This replica's part of what a registry is asked by all of them. Every replica knows the members and all questions, so all
 * come to the same division without talking about it, and the parts add up to the whole.
 *
 * Two exceptions: a replica that owns something has at least one question under way, so more replicas than `concurrency`
 * exceed it; and one that owns nothing has one for hints.
 */
export function budgetOf(whole: LaneBudget, holdings: Holdings, members: readonly string[], self: string): LaneBudget {
  const total = [...holdings.values()].reduce((sum, count) => sum + count, 0);
  const part = total === 0 ? 1 / Math.max(1, members.length) : (holdings.get(self) ?? 0) / total;
  const even = 1 / Math.max(1, members.length);
  return {
    concurrency: apportion(whole.concurrency, holdings).get(self) ?? 1,
    ratePerSecond: whole.ratePerSecond * ((1 - EVEN_PART) * part + EVEN_PART * even),
  };
}

/**
 * Divides seats by weight with the method of the largest remainder, after one seat for each holder. Of equal remainders the
 * name that sorts first wins, so that everybody comes to the same result.
 */
export function apportion(seats: number, weights: Holdings): ReadonlyMap<string, number> {
  const holders = [...weights].filter(([, weight]) => weight > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const total = holders.reduce((sum, [, weight]) => sum + weight, 0);
  const free = Math.max(0, seats - holders.length);
  const exact = holders.map(([name, weight]) => ({ name, quota: (free * weight) / total }));
  const given = new Map(exact.map(({ name, quota }) => [name, 1 + Math.floor(quota)]));
  const left = free - exact.reduce((sum, { quota }) => sum + Math.floor(quota), 0);
  const byRemainder = exact.toSorted((a, b) => (b.quota % 1) - (a.quota % 1));
  for (const { name } of byRemainder.slice(0, left)) given.set(name, (given.get(name) ?? 0) + 1);
  return given;
}
