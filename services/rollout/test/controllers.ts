import { connectBus } from '@tagstream/bus';
import { connectKube, type KubeClient } from '@tagstream/kube';
import { createHealth, createLog, createMetrics, systemClock } from '@tagstream/service';
import { startController } from '../src/start-controller.ts';
import { createTelemetry } from '../src/telemetry.ts';
import type { Cluster } from './cluster.ts';

/** A rollout controller in this process. Disposal stops it in order; what it did so far stays. */
export interface Controller extends AsyncDisposable {
  /** Writes sent so far, events about objects not counted. */
  readonly writes: number;
  /** Resolves when it has crashed, if it was told to. */
  readonly crashed: Promise<void>;
}

interface CrashPoint {
  /** Which write it does not survive, 1 for the first. */
  readonly atWrite: number;
  /** Whether that write still reaches the API server. */
  readonly sent: boolean;
}

/** Starts a controller that looks after the test's namespace; it may be told to crash around one of its writes. */
export async function startInProcess(
  cluster: Cluster,
  servers: { readonly natsUrl: string; readonly kubeconfig: string },
  crash?: CrashPoint,
): Promise<Controller> {
  await using stack = new AsyncDisposableStack();
  const stop = new AbortController();
  const log = createLog({ service: 'rollout', level: 'silent' });
  const bus = stack.use(await connectBus({ servers: servers.natsUrl, name: 'rollout', prefix: cluster.prefix }));
  const real = stack.use(await connectKube({ userAgent: 'tagstream-rollout', kubeconfig: servers.kubeconfig }));
  const counter = { writes: 0 };
  const crashed = Promise.withResolvers<void>();
  const kube = crashing(real, counter, crash, crashed.resolve);
  stack.defer(async () => stop.abort(new Error('stopped')));
  await startController({
    bus,
    kube,
    telemetry: createTelemetry(createMetrics(), log),
    config: {
      natsUrl: servers.natsUrl,
      natsCreds: undefined,
      subjectPrefix: cluster.prefix,
      adminHost: '127.0.0.1',
      adminPort: 0,
      logLevel: 'fatal',
      kubeconfig: servers.kubeconfig,
      namespace: cluster.namespace,
      checkPullPermission: true,
      resyncSeconds: 1,
      concurrency: 4,
    },
    clock: systemClock,
    health: createHealth({ log }),
    signal: stop.signal,
    defer: (resource) => stack.use(resource),
  });
  const kept = stack.move();
  return {
    get writes() {
      return counter.writes;
    },
    crashed: crashed.promise,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The client, until the crash: from then on nothing it is asked for is done. */
function crashing(
  real: KubeClient,
  counter: { writes: number },
  crash: CrashPoint | undefined,
  onCrash: () => void,
): KubeClient {
  let dead = false;
  const call = async <T>(isWrite: boolean, run: () => Promise<T>): Promise<T> => {
    if (dead) throw new Error('this process is dead');
    if (!isWrite) return await run();
    counter.writes += 1;
    if (counter.writes !== crash?.atWrite) return await run();
    dead = true;
    if (crash.sent) await run().catch(() => undefined);
    onCrash();
    throw new Error('this process died');
  };
  return {
    ...real,
    get: (...args) => call(false, () => real.get(...args)),
    list: (...args) => call(false, () => real.list(...args)),
    create: (resource, ...args) => call(resource.plural !== 'events', () => real.create(resource, ...args)),
    jsonPatch: (...args) => call(true, () => real.jsonPatch(...args)),
    mergePatch: (key, ...args) => call(key.resource.plural !== 'events', () => real.mergePatch(key, ...args)),
    delete: (...args) => call(true, () => real.delete(...args)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
