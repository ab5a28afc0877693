import { randomUUID } from 'node:crypto';
import type { Build } from '@tagstream/api-types';
import { isTerminal, logOf, phaseOf, runnerOf, writePhase } from '@tagstream/build';
import { type Bus, connectBus } from '@tagstream/bus';
import { allStreams, BuildLogStream, BuildProgressed, buildLogSubject, toCloudEvent } from '@tagstream/events';
import { connectKube, type KubeClient, resources, watchCache } from '@tagstream/kube';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type GatedPort, gatePort } from './gated-port.ts';

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
const PATIENCE = { timeout: 60_000, interval: 100 };
const TEST_TIMEOUT_MS = 120_000;

const DOCKERFILE = 'FROM scratch\nCOPY hello.txt /\nLABEL contract=kept\n';

/**
 * What anybody who runs Builds keeps to (docs/build-runners.md), as tests against a real NATS and API server: one claim,
 * phases in order, a log that can be read, the digest that the registry has, failures told, the end on request, and Builds of a
 * dead instance taken over.
 */
export function describeBuildRunnerContract(name: string, options: RunnerContractOptions): void {
  const because = options.skip ? ` (skipped: ${options.skip})` : '';
  describe.skipIf(options.skip)(`${name} as a runner of builds${because}`, { timeout: TEST_TIMEOUT_MS }, () => {
    const id = randomUUID().slice(0, 8);
    const namespace = `runner-${id}`;
    const prefix = `runner${id}`;
    const environment = { natsUrl: options.natsUrl, prefix, kubeconfig: options.kubeconfig, namespace };
    let bus: Bus;
    let kube: KubeClient;
    let gate: GatedPort;
    /** Every state of every Build, in the order of their making. */
    const seen: Build[] = [];
    let watch: AsyncDisposable;
    const instances: RunnerInstance[] = [];

    beforeAll(async () => {
      bus = await connectBus({ servers: options.natsUrl, name: 'contract', prefix });
      await bus.ensureStreams(allStreams);
      kube = await connectKube({ kubeconfig: options.kubeconfig, userAgent: 'contract' });
      await kube.create(resources.namespaces, { metadata: { name: namespace } });
      gate = await gatePort(options.git.port);
      watch = watchCache<Build, Build>(kube, resources.builds, {
        namespace,
        project: (build) => build,
        onChange: (_key, now) => void (now && seen.push(now)),
      });
    }, TEST_TIMEOUT_MS);
    afterAll(async () => {
      await watch[Symbol.asyncDispose]();
      await kube.delete({ resource: resources.namespaces, name: namespace });
      await gate[Symbol.asyncDispose]();
      await kube[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    });
    afterEach(async () => {
      gate.open();
      await Promise.all(instances.splice(0).map((instance) => instance[Symbol.asyncDispose]()));
    });

    async function start(): Promise<RunnerInstance> {
      const instance = await options.start(environment);
      instances.push(instance);
      return instance;
    }

    const output = (build: string) => `${options.registryHost}/${namespace}/${build}:latest`;

    /** Creates a Build whose turn has come, as the controller leaves it, and tells everybody. */
    async function pending(build: string, spec: Partial<Build['spec']>): Promise<Build> {
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
      await bus.publish(BuildProgressed, startSignal(waiting!));
      return waiting!;
    }

    const startSignal = ({ metadata }: Build) =>
      ({
        namespace,
        name: metadata.name,
        uid: metadata.uid ?? '',
        phase: 'Pending',
        at: new Date().toISOString(),
        strategy: 'Docker',
        output: { reference: output(metadata.name) },
      }) as const;

    const fromGit = (repository: string) => ({
      source: { git: { uri: `git://127.0.0.1:${gate.port}/${repository}`, ref: 'main' } },
    });

    const read = (build: string) => kube.get<Build>({ resource: resources.builds, namespace, name: build });

    async function ended(build: string): Promise<Build> {
      await expect.poll(async () => isTerminal(phaseOf(await read(build))), PATIENCE).toBe(true);
      return await read(build);
    }

    /** The phases that a Build was seen in, in their order. */
    function phases(build: string): string[] {
      const all = seen.filter(({ metadata }) => metadata.name === build).map((one) => phaseOf(one));
      return all.filter((phase, at) => phase !== all[at - 1]);
    }

    async function logText(build: Build): Promise<string> {
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
    }

    test('a Build whose turn has come is claimed, runs and completes, with a log and the digest that the registry has', async () => {
      await options.git.push('complete.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      await start();

      await pending('complete-1', fromGit('complete.git'));
      const build = await ended('complete-1');

      expect(phases('complete-1')).toEqual(expect.arrayContaining(['Pending', 'Running', 'Complete']));
      expect(phases('complete-1').slice(-2)).toEqual(['Running', 'Complete']);
      expect(runnerOf(build)).toMatch(/^[^/]+\/.+/);
      const { startTimestamp, completionTimestamp, duration, output: out } = build.status!;
      expect(Date.parse(completionTimestamp!) - Date.parse(startTimestamp!)).toBeGreaterThanOrEqual(0);
      expect(duration).toBeGreaterThanOrEqual(0);
      expect(out?.to?.imageDigest).toBe(await digestInRegistry(output('complete-1')));
      expect(await logText(build)).toMatch(/Push successful/i);
    });

    test('of two instances one runs a Build, and it runs once', async () => {
      await start();
      await start();

      await pending('once-1', {});
      await pending('once-2', {});
      const first = await ended('once-1');
      await ended('once-2');

      expect(first.status?.phase).toBe('Complete');
      for (const build of ['once-1', 'once-2']) {
        const states = seen.filter(({ metadata }) => metadata.name === build);
        expect(new Set(states.map((one) => runnerOf(one)).filter(Boolean)).size).toBe(1);
        expect(new Set(states.map(({ status }) => status?.completionTimestamp).filter(Boolean)).size).toBe(1);
      }
    });

    test('a Build whose Dockerfile fails ends Failed, with the reason and the last lines of its log', async () => {
      await start();

      await pending('failing-1', { source: { dockerfile: 'FROM scratch\nCOPY nowhere /\n' } });
      const build = await ended('failing-1');

      expect(build.status).toMatchObject({ phase: 'Failed', reason: 'DockerBuildFailed' });
      expect(build.status?.message).not.toBe('');
      expect(build.status?.logSnippet).toMatch(/nowhere/);
      expect((build.status?.logSnippet ?? '').split('\n').length).toBeLessThanOrEqual(5);
      expect(build.status?.output?.to?.imageDigest).toBeUndefined();
      expect(await logText(build)).toMatch(/nowhere/);
    });

    test('a source that cannot be fetched is told apart', async () => {
      await start();

      await pending('sourceless-1', fromGit('there-is-none.git'));

      expect((await ended('sourceless-1')).status).toMatchObject({ phase: 'Failed', reason: 'FetchSourceFailed' });
    });

    test('a Build that is to be cancelled while it runs stops and says so', async () => {
      await options.git.push('cancelled.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      await start();
      gate.close();
      await pending('cancelled-1', fromGit('cancelled.git'));
      await gate.waiting(1);

      await cancel('cancelled-1');
      const build = await ended('cancelled-1');

      expect(build.status).toMatchObject({ phase: 'Cancelled', reason: 'CancelledBuild' });
      await expect.poll(() => gate.connections, PATIENCE).toBe(0);
    });

    test('a Build of an instance that was killed is taken over, and ends once', async () => {
      await options.git.push('killed.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      const doomed = await start();
      gate.close();
      await pending('killed-1', fromGit('killed.git'));
      await gate.waiting(1);
      const holder = runnerOf(await read('killed-1'));

      await doomed.kill();
      await expect.poll(() => gate.connections, PATIENCE).toBe(0);
      gate.open();
      await start();
      const build = await ended('killed-1');

      expect(build.status?.phase).toBe('Complete');
      expect(runnerOf(build)).not.toBe(holder);
      expect(build.status?.output?.to?.imageDigest).toBe(await digestInRegistry(output('killed-1')));
      expect(phases('killed-1').filter((phase) => phase === 'Complete')).toHaveLength(1);
    });

    test('a Build of an instance that is asked to stop is taken over', async () => {
      await options.git.push('stopped.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      const first = await start();
      gate.close();
      await pending('stopped-1', fromGit('stopped.git'));
      await gate.waiting(1);

      await first[Symbol.asyncDispose]();
      expect(isTerminal(phaseOf(await read('stopped-1')))).toBe(false);
      gate.open();
      await start();

      expect((await ended('stopped-1')).status?.phase).toBe('Complete');
    });

    test('a Build that takes longer than it may ends Failed', async () => {
      await options.git.push('slow.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      await start();
      gate.close();

      await pending('slow-1', { ...fromGit('slow.git'), completionDeadlineSeconds: 2 });
      const build = await ended('slow-1');

      expect(build.status?.phase).toBe('Failed');
      expect(build.status?.duration).toBeGreaterThanOrEqual(2e9);
      await expect.poll(() => gate.connections, PATIENCE).toBe(0);
    });

    test('a Build that is over is never touched again', async () => {
      await start();
      const build = await pending('over-1', {});
      await ended('over-1');
      const before = await read('over-1');

      // Past the check for duplicates, as a message is that is delivered again after its acknowledgement was lost.
      const data = { ...startSignal(build), at: new Date().toISOString() };
      const again = toCloudEvent(BuildProgressed, data, { source: '/contract', time: data.at });
      await bus.storeText(again.subject, JSON.stringify(again), { id: `${again.id} again` });
      await pending('over-2', {});
      await ended('over-2');

      expect((await read('over-1')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    });

    async function cancel(build: string): Promise<void> {
      const key = { resource: resources.builds, namespace, name: build };
      await kube.mergePatch(key, { status: { cancelled: true } }, { subresource: 'status' });
    }
  });
}

/** The digest under which a registry has a tag. */
async function digestInRegistry(reference: string): Promise<string | null> {
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:/]+)$/.exec(reference)!;
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept },
  });
  expect(answer.status).toBe(200);
  return answer.headers.get('docker-content-digest');
}
