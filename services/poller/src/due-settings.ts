import type { Turns } from './due.ts';
import type { TagView } from './tag-view.ts';
import type { Target } from './target-index.ts';

/** What decides when tags are looked at, besides the tags themselves. */
export interface DueSettings {
  /** Interval of a scheduled tag whose stream asks for none. */
  readonly intervalMs: number;
  /** Least interval for a registry. */
  readonly floorOf: (registry: string) => number;
  /** Whether the check that the tag's stream asks for by annotation was made. */
  readonly isAnswered: (tag: TagView) => boolean;
}

/** The interval of a target: the shortest that one of its scheduled tags has, so that one sequence of turns serves all. */
export function intervalOf(target: Pick<Target, 'tags' | 'question'>, settings: DueSettings): number {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (const { view } of target.tags.values()) {
    if (view.scheduled) shortestMs = Math.min(shortestMs, view.intervalMs ?? settings.intervalMs);
  }
  if (shortestMs === Number.POSITIVE_INFINITY) shortestMs = settings.intervalMs;
  return Math.max(settings.floorOf(target.question.registry), shortestMs);
}

/** The turns of a tag of a target. */
export function turnsOf(target: Target, tag: TagView, settings: DueSettings): Turns {
  const { offset, fromMs } = target;
  const isAnswered = tag.importNow === '' || settings.isAnswered(tag);
  return { offset, fromMs, intervalMs: intervalOf(target, settings), isAnswered };
}
