import type { EventData, RegistryPush } from '@tagstream/events';
import type { Metrics } from '@tagstream/service';
import type { Poll } from './memory.ts';

/** Registries remembered as announcing their pushes. */
const MAX_REGISTRIES = 1_000;

/** Whether hooks do what they are for. */
export interface ChangesFound {
  /** A hint came for a repository of this registry. */
  readonly hinted: (push: Pick<EventData<typeof RegistryPush>, 'registry' | 'source'>) => void;
  /** An answer was published for the first time. */
  readonly found: (poll: Pick<Poll, 'cause' | 'outcome'>, registry: string) => void;
}

/**
 * Counts changes by what found them. One that the schedule finds in a registry which announces its pushes is one that a hook
 * missed: nobody set it up for that repository, it was lost, or it came later than the look.
 */
export function countChanges(metrics: Metrics): ChangesFound {
  const changes = metrics.counter({
    name: 'tagstream_poller_changes_total',
    help: 'New images found, by what made the poller look: hint, schedule, spec or request',
    labels: ['registry', 'found_by'],
  });
  const missed = metrics.counter({
    name: 'tagstream_poller_missed_by_hooks_total',
    help: 'New images that the schedule found in registries that have announced pushes since this replica started',
    labels: ['registry'],
  });
  const announcing = new Set<string>();
  return {
    hinted: ({ registry, source }) => {
      // Rechecks are ours, and say nothing about hooks.
      if (source !== 'recheck' && announcing.size < MAX_REGISTRIES) announcing.add(registry);
    },
    found: ({ cause, outcome }, registry) => {
      if (outcome.kind !== 'image') return;
      changes.inc({ registry: registry || 'none', found_by: cause === 'webhook' ? 'hint' : cause });
      if (cause === 'schedule' && announcing.has(registry)) missed.inc({ registry });
    },
  };
}
