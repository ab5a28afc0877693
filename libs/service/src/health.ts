import { type Clock, systemClock } from './clock.ts';
import type { Log } from './log.ts';

/** Whether one part of a service can do its work, and why not. */
export interface HealthState {
  readonly ready: boolean;
  readonly detail: string;
}

/** All parts together; ready when every one is. */
export interface HealthReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, HealthState>>;
}

/** Collects the readiness of the parts of a service. */
export interface Health {
  /** Tells the state of a part, replacing an earlier one. */
  set(name: string, state: HealthState): void;
  /** Asks for the state of a part whenever a report is made. One that throws or takes too long is not ready. */
  check(name: string, ask: () => HealthState | Promise<HealthState>): void;
  /** Forgets a part. */
  remove(name: string): void;
  /** Asks every part. Changes of readiness are logged, each once. */
  report(): Promise<HealthReport>;
}

/** A check is an answer from memory; one that takes longer than a probe's patience would make the probe fail instead. */
const CHECK_TIMEOUT_MS = 800;

type Ask = () => HealthState | Promise<HealthState>;

/** A collection without parts, which is ready. */
export function createHealth({ log, clock = systemClock }: { readonly log: Log; readonly clock?: Clock }): Health {
  const asks = new Map<string, Ask>();
  const known = new Map<string, boolean>();

  function note(name: string, state: HealthState): void {
    const before = known.get(name);
    known.set(name, state.ready);
    if (before === state.ready) return;
    const fields = { check: name, detail: state.detail };
    if (state.ready) log.info(fields, 'ready');
    else if (before === undefined) log.info(fields, 'not ready yet');
    else log.warn(fields, 'no longer ready');
  }

  async function answerOf(ask: Ask): Promise<HealthState> {
    const answered = new AbortController();
    const tooLate = clock.sleep(CHECK_TIMEOUT_MS, answered.signal).then(
      () => ({ ready: false, detail: `no answer within ${CHECK_TIMEOUT_MS} ms` }),
      () => ({ ready: false, detail: 'not asked' }), // the answer came first
    );
    try {
      return await Promise.race([ask(), tooLate]);
    } catch (error) {
      return { ready: false, detail: error instanceof Error ? error.message : String(error) };
    } finally {
      answered.abort();
    }
  }

  return {
    set(name, state) {
      asks.set(name, () => state);
      note(name, state);
    },
    check(name, answer) {
      asks.set(name, answer);
    },
    remove(name) {
      asks.delete(name);
      known.delete(name);
    },
    async report() {
      const names = [...asks.keys()].sort();
      const states = await Promise.all(names.map(async (name) => [name, await answerOf(asks.get(name)!)] as const));
      for (const [name, state] of states) if (asks.has(name)) note(name, state);
      return { ready: states.every(([, state]) => state.ready), checks: Object.fromEntries(states) };
    },
  };
}
