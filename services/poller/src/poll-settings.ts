import type { PollerConfig } from './config.ts';
import { durationMs } from './duration.ts';
import { type PolicyOf, registryPolicies } from './registry-policy.ts';

/** The configuration in the form in which the parts of the poller take it. */
export interface PollSettings {
  readonly intervalMs: number;
  readonly leaseMs: number;
  readonly policyOf: PolicyOf;
  /** Connections to one registry that can be needed at most. */
  readonly maxConnections: number;
  /** Platform to choose from a list when the tag does not say. */
  readonly platform: { readonly architecture: string; readonly os: string };
}

/**
 * Reads the settings out of a configuration.
 * @param machine architecture of the machine, as Node names it.
 */
export function pollSettings(config: PollerConfig, machine: string): PollSettings {
  const intervalMs = checkedMs(config.pollInterval);
  const texts = config.registryLimits;
  const initial = {
    concurrency: config.registryConcurrency,
    ratePerSecond: config.registryRate,
    // The operator's own interval is allowed, however short; the floor is for what streams ask for.
    floorMs: Math.min(intervalMs, checkedMs(config.pollIntervalFloor)),
  };
  const policyOf = registryPolicies(initial, texts);
  const named = texts.map((text) => policyOf(text.split(' ')[0] ?? '').concurrency);
  return {
    intervalMs,
    leaseMs: checkedMs(config.lease),
    policyOf,
    maxConnections: Math.max(initial.concurrency, ...named),
    platform: {
      architecture: config.platformArchitecture ?? (machine === 'x64' ? 'amd64' : machine),
      os: config.platformOs,
    },
  };
}

/** The schema of the configuration has let only durations through. */
function checkedMs(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new TypeError(`${text} is no duration`);
  return ms;
}
