import { type Bus, connectBus } from '@tagstream/bus';
import { connectKube, type KubeClient } from '@tagstream/kube';
import {
  createHealth,
  createLog,
  createMetrics,
  kubeOptions,
  natsOptions,
  type Service,
  type ServiceConfig,
  type ServiceContext,
  systemClock,
} from '@tagstream/service';
import { type CrashingClient, type CrashPoint, crashingClient } from './crashing-client.ts';

/** A service in this process. Disposal stops it in order; what it did so far stays. */
export type InProcess = Pick<CrashingClient, 'writes' | 'crashed'> & AsyncDisposable;

/** What a service gets to start with here: its connections too, since a test may cut them. */
export type ConnectedContext<C> = Omit<ServiceContext<C>, 'page' | 'fail'> & {
  readonly bus: Bus;
  readonly kube: KubeClient;
};

/**
 * Starts a service in this process; it may be told to crash around one of its writes to the cluster.
 * @param start wires what `start.ts` of the service wires, from the connections on.
 */
export async function runInProcess<
  C extends ServiceConfig & {
    readonly natsUrl: string;
    readonly natsCreds: string | undefined;
    readonly subjectPrefix: string;
    readonly kubeconfig: string | undefined;
  },
>(
  { name, config: definition }: Pick<Service<C>, 'name' | 'config'>,
  env: Readonly<Record<string, string>>,
  crash: CrashPoint | undefined,
  start: (context: ConnectedContext<C>) => Promise<void>,
): Promise<InProcess> {
  await using stack = new AsyncDisposableStack();
  const stop = new AbortController();
  const config = definition.parse(env);
  const log = createLog({ service: name, level: 'silent' });
  const bus = stack.use(await connectBus(natsOptions({ name, config, signal: stop.signal })));
  const client = crashingClient(stack.use(await connectKube(kubeOptions({ name, config }))), crash);
  stack.defer(async () => stop.abort(new Error('stopped')));
  await start({
    name,
    config,
    log,
    clock: systemClock,
    signal: stop.signal,
    metrics: createMetrics(),
    health: createHealth({ log }),
    defer: (resource) => stack.use(resource),
    bus,
    kube: client.kube,
  });
  const kept = stack.move();
  return {
    get writes() {
      return client.writes;
    },
    crashed: client.crashed,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
