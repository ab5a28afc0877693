import { createLog } from '@tagstream/service';
import type { Telemetry } from '../../src/telemetry.ts';

/** Telemetry that keeps what it is told: `observed applied`, `published webhook`, in the order of the calls. */
export function recordedTelemetry(): { readonly telemetry: Telemetry; readonly told: string[] } {
  const told: string[] = [];
  const record =
    (fact: keyof Telemetry) =>
    (...args: readonly unknown[]) => {
      told.push([fact, ...args.filter((arg) => typeof arg !== 'object')].join(' '));
    };
  return {
    told,
    telemetry: {
      log: createLog({ service: 'test', level: 'silent' }),
      consumed: () => () => undefined,
      observed: record('observed'),
      published: record('published'),
      patched: record('patched'),
      unpublishable: record('unpublishable'),
      retracted: record('retracted'),
      conflicted: record('conflicted'),
      refused: record('refused'),
      waiting: record('waiting'),
      reverted: record('reverted'),
      delayed: record('delayed'),
    },
  };
}
