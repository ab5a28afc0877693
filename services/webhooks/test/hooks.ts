import type { FastifyInstance } from 'fastify';
import { createHookServer, type HookServerDeps, type HookTelemetry } from '../src/hook-server.ts';
import type { Push } from '../src/push-publisher.ts';
import { createRateLimit } from '../src/rate-limit.ts';
import { sameForAllSenders } from '../src/receivers/make-receiver.ts';
import { registryNames } from '../src/registry-names.ts';
import { secretsOf } from '../src/secrets.ts';

/** The secret of every receiver, unless a test has receivers of its own. */
export const SECRET = 'correct-horse-battery-staple';

/** A hook server whose stream is a list. */
export interface TestHooks {
  readonly app: FastifyInstance;
  /** What was stored, in its order. */
  readonly stored: Push[];
  /** What was told: `rejected quay 401`. */
  readonly facts: string[];
}

/** Starts nothing: requests go in by `app.inject`, or by `app.listen` where the connection matters. */
export function testHooks(change: Partial<HookServerDeps> = {}): TestHooks {
  const stored: Push[] = [];
  const facts: string[] = [];
  let arrivals = 0;
  const deps: HookServerDeps = {
    receivers: sameForAllSenders(secretsOf([SECRET]), registryNames(new Map())),
    rateLimit: createRateLimit(0, Date.now),
    trustedProxies: [],
    publisher: {
      publish: async (push) => {
        stored.push(push);
        return 'stored';
      },
    },
    now: Date.now,
    newId: () => `arrival-${++arrivals}`,
    telemetry: listTelemetry(facts),
    ...change,
  };
  return { app: createHookServer(deps), stored, facts };
}

function listTelemetry(facts: string[]): HookTelemetry {
  return {
    received: ({ name }) => void facts.push(`received ${name}`),
    stored: ({ name }, { pushes, ignored, pushAgesMs }) =>
      void facts.push(`stored ${name} ${pushes.length} ${JSON.stringify(ignored)} ${pushAgesMs.join()}`),
    answered: ({ name }) => void facts.push(`answered ${name}`),
    unverifiable: ({ name }) => void facts.push(`unverifiable ${name}`),
    confirmation: ({ name }, topic, confirmed) => void facts.push(`confirmation ${name} ${topic} ${confirmed}`),
    broken: ({ name }) => void facts.push(`broken ${name}`),
    notStored: ({ name }) => void facts.push(`not stored ${name}`),
    rejected: (receiver, status) => void facts.push(`rejected ${receiver?.name ?? 'unknown'} ${status}`),
    failed: (error) => void facts.push(`failed ${String(error)}`),
  };
}
