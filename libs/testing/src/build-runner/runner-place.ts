import type { Build } from '@tagstream/api-types';
import { isTerminal, logOf, phaseOf, writePhase } from '@tagstream/build';
import { BuildLogStream, BuildProgressed, buildLogSubject } from '@tagstream/events';
import { resources, watchCache } from '@tagstream/kube';
import { expect } from 'vitest';
import { openPlace, type Place } from '../cluster/open-place.ts';
import { type GatedPort, gatePort } from '../gated-port.ts';

/** Where a runner under test works. */
export interface RunnerEnvironment {
  readonly natsUrl: string;
  /** First token of every subject. */
  readonly prefix: string;
  readonly kubeconfig: string;
  /** The only namespace whose Builds it may touch. */
  readonly namespace: string;
}

/** One instance of a runner. */
export interface RunnerInstance extends AsyncDisposable {
  /** SIGKILL: it must not get to say good-bye. */
  kill(): Promise<void>;
}

/** What the contract needs to put a runner through it. */
export interface RunnerContractOptions {
  readonly natsUrl: string;
  readonly kubeconfig: string;
  /** A registry on loopback without TLS. */
  readonly registryHost: string;
  /** Starts an instance that considers others dead after a few seconds. */
  readonly start: (environment: RunnerEnvironment) => Promise<RunnerInstance>;
  /** A git server on loopback, and how to make a commit in one of its repositories. */
  readonly git: {
    readonly port: number;
    readonly push: (repository: string, files: Readonly<Record<string, string>>) => Promise<string>;
  };
  /** Why it cannot be tried here. */
  readonly skip?: string | undefined;
}

/** A build of two lines, or noticing that an instance is dead, on a busy machine. */
export const PATIENCE = { timeout: 60_000, interval: 100 };

/** Where instances of a runner meet their Builds, and what a test asks and does there. */
export interface RunnerPlace extends Place {
  /** The way of the instances to the git server. */
  readonly gate: GatedPort;
  /** Every state of every Build, in the order of their making. */
  readonly seen: readonly Build[];
  start(): Promise<RunnerInstance>;
  /** Ends all instances that were started, and opens the gate. */
  endInstances(): Promise<void>;
  /** Where the image of a Build goes. */
  output(build: string): string;
  /** Creates a Build whose turn has come, as the controller leaves it, and tells everybody. */
  pending(build: string, spec: Partial<Build['spec']>): Promise<Build>;
  read(build: string): Promise<Build>;
  ended(build: string): Promise<Build>;
  cancel(build: string): Promise<void>;
  /** The phases that a Build was seen in, in their order. */
  phases(build: string): string[];
  logText(build: Build): Promise<string>;
}

/** What tells runners that the turn of a Build has come. */
export const startSignal = ({ metadata }: Build, reference: string) =>
  ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    phase: 'Pending',
    at: new Date().toISOString(),
    strategy: 'Docker',
    output: { reference },
  }) as const;

/** Opens a place of its own for a run of the contract. */
export async function openRunnerPlace(options: RunnerContractOptions): Promise<RunnerPlace> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await openPlace(options.natsUrl, options.kubeconfig, 'runner'));
  const { namespace, prefix, kube, bus } = place;
  const gate = stack.use(await gatePort(options.git.port));
  const seen: Build[] = [];
  stack.use(
    watchCache<Build, Build>(kube, resources.builds, {
      namespace,
      project: (build) => build,
      onChange: (_key, now) => void (now && seen.push(now)),
    }),
  );
  const instances: RunnerInstance[] = [];
  const keyOf = (build: string) => ({ resource: resources.builds, namespace, name: build });
  const output = (build: string) => `${options.registryHost}/${namespace}/${build}:latest`;
  const read = (build: string) => kube.get<Build>(keyOf(build));
  const kept = stack.move();
  return {
    ...place,
    gate,
    seen,
    output,
    read,
    async start() {
      const { natsUrl, kubeconfig } = options;
      const instance = await options.start({ natsUrl, prefix, kubeconfig, namespace });
      instances.push(instance);
      return instance;
    },
    async endInstances() {
      gate.open();
      await Promise.all(instances.splice(0).map((instance) => instance[Symbol.asyncDispose]()));
    },
    async pending(build, spec) {
      const created = await kube.create<Build>(resources.builds, {
        apiVersion: 'build.openshift.io/v1',
        kind: 'Build',
        metadata: { name: build, namespace },
        spec: {
          source: { dockerfile: 'FROM scratch\nLABEL contract=kept\n' },
          strategy: { type: 'Docker', dockerStrategy: {} },
          output: { to: { kind: 'DockerImage', name: output(build) } },
          ...spec,
        },
      });
      const change = { phase: 'Pending', outputReference: output(build) } as const;
      const waiting = await writePhase(kube, created, change, new Date());
      await bus.publish(BuildProgressed, startSignal(waiting!, output(build)));
      return waiting!;
    },
    async ended(build) {
      await expect.poll(async () => isTerminal(phaseOf(await read(build))), PATIENCE).toBe(true);
      return await read(build);
    },
    async cancel(build) {
      await kube.mergePatch(keyOf(build), { status: { cancelled: true } }, { subresource: 'status' });
    },
    phases(build) {
      const all = seen.filter(({ metadata }) => metadata.name === build).map((one) => phaseOf(one));
      return all.filter((phase, at) => phase !== all[at - 1]);
    },
    async logText(build) {
      expect(logOf(build)).toBe(`nats:${prefix}.${buildLogSubject(namespace, build.metadata.name)}`);
      let text = '';
      await using following = bus.followText({
        stream: BuildLogStream,
        subject: buildLogSubject(namespace, build.metadata.name),
        from: 'all',
        onText: (piece) => {
          text += piece;
        },
      });
      const { pending: pieces } = await following.ready;
      expect(pieces).toBeGreaterThan(0);
      const stored: number[] = [];
      await using counting = bus.followText({
        stream: BuildLogStream,
        subject: buildLogSubject(namespace, build.metadata.name),
        from: 'all',
        onText: (_, { sequence }) => void stored.push(sequence),
      });
      await counting.ready;
      await expect.poll(() => stored.length).toBeGreaterThanOrEqual(pieces);
      await expect.poll(() => text.length).toBeGreaterThan(0);
      return text;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
