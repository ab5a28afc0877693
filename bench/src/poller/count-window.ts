import { setTimeout as wait } from 'node:timers/promises';
import type { RegistryCounts } from './registry-messages.ts';
import type { CountingRegistry } from './start-registry.ts';

/** What a registry was asked in some time. */
export interface Window {
  readonly counts: RegistryCounts;
  readonly seconds: number;
}

/** Counts what a registry is asked from now on for so long. */
export async function countWindow(registry: CountingRegistry, ms: number): Promise<Window> {
  await registry.clear();
  const startedAt = performance.now();
  await wait(ms);
  const counts = await registry.read();
  return { counts, seconds: (performance.now() - startedAt) / 1000 };
}

/** All requests of any kind. */
export function requestsOf({ heads, gets, tokens, refused }: RegistryCounts): number {
  return heads + gets + tokens + refused;
}

/** Share of the checks that were one too many. @param rounds how often each tag was to be checked. */
export function duplicateShare({ perTag, heads }: RegistryCounts, rounds: number): number {
  const extra = Object.values(perTag).reduce((sum, checks) => sum + Math.max(0, checks - rounds), 0);
  return extra / heads;
}

/** Tags that were checked less often than they were to be. */
export function missedTags({ perTag }: RegistryCounts, tags: number, rounds: number): number {
  return tags - Object.values(perTag).filter((checks) => checks >= rounds).length;
}

/** A number with so many digits after the point. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
