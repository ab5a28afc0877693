import type { KubeClient } from '@tagstream/kube';

/** Where a process dies. */
export interface CrashPoint {
  /** Which write it does not survive, 1 for the first. */
  readonly atWrite: number;
  /** Whether that write still reaches the API server. */
  readonly sent: boolean;
}

/** What is known of a client that may crash. */
export interface CrashingClient {
  readonly kube: KubeClient;
  /** Writes sent so far, events about objects not counted. */
  readonly writes: number;
  /** Resolves when it has crashed, if it was told to. */
  readonly crashed: Promise<void>;
}

/** The client, until the crash: from then on nothing it is asked for is done. */
export function crashingClient(real: KubeClient, crash: CrashPoint | undefined): CrashingClient {
  const crashed = Promise.withResolvers<void>();
  let writes = 0;
  let dead = false;
  const call = async <T>(isWrite: boolean, run: () => Promise<T>): Promise<T> => {
    if (dead) throw new Error('this process is dead');
    if (!isWrite) return await run();
    writes += 1;
    if (writes !== crash?.atWrite) return await run();
    dead = true;
    if (crash.sent) await run().catch(() => undefined);
    crashed.resolve();
    throw new Error('this process died');
  };
  const kube: KubeClient = {
    ...real,
    get: (...args) => call(false, () => real.get(...args)),
    list: (...args) => call(false, () => real.list(...args)),
    create: (resource, ...args) => call(resource.plural !== 'events', () => real.create(resource, ...args)),
    jsonPatch: (...args) => call(true, () => real.jsonPatch(...args)),
    mergePatch: (key, ...args) => call(key.resource.plural !== 'events', () => real.mergePatch(key, ...args)),
    delete: (...args) => call(true, () => real.delete(...args)),
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    kube,
    crashed: crashed.promise,
    get writes() {
      return writes;
    },
  };
}
