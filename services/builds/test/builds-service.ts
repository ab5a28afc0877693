import { randomUUID } from 'node:crypto';
import type { BuildConfigSpec } from '@tagstream/api-types';
import { instantiateBuild } from '@tagstream/build';
import { accountKubeconfig, applyRights } from '@tagstream/testing';
import { expect, inject } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { startInProcess } from './controllers.ts';

export const patience = { timeout: 20_000, interval: 50 };

/** Starts a place with a builds service that has exactly the rights that the manifests give. */
export async function startBuildsService(): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const adminKubeconfig = inject('kubeconfig');
  const cluster = stack.use(await startCluster(inject('natsUrl'), adminKubeconfig));
  const { kube, namespace, env } = cluster;
  stack.use(await applyRights(kube, 'base/builds-rights.yaml', namespace));
  const account = stack.use(await accountKubeconfig(kube, { namespace, name: 'builds' }, adminKubeconfig));
  const own = { KUBECONFIG: account.kubeconfig, TAGSTREAM_BUILD_CANCEL_GRACE_SECONDS: '1' };
  stack.use(await startInProcess({ ...env, ...own }));
  const kept = stack.move();
  return { ...cluster, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The BuildConfig of a test: what a person does with it, and what is seen of it. */
export interface TestConfig {
  readonly name: string;
  apply(spec?: Partial<BuildConfigSpec>): Promise<void>;
  /** Asks for a Build. */
  start(more?: object): Promise<unknown>;
  /** Waits until it has exactly these Builds: `1 Pending`. */
  shows(...builds: string[]): Promise<void>;
  /** What was told of its Builds: `1 Pending`. */
  toldOf(): string[];
  /** Enters a phase, as whoever runs builds does. */
  enter(number: number, phase: 'Running' | 'Complete' | 'Failed', more?: object): Promise<void>;
}

/** A name that no other test has; nothing is created yet. */
export function newConfig(cluster: Cluster): TestConfig {
  const name = `bc-${randomUUID().slice(0, 6)}`;
  const { kube, namespace } = cluster;
  return {
    name,
    apply: (spec = {}) => cluster.apply(name, spec),
    start: (more = {}) =>
      instantiateBuild(kube, { metadata: { name }, ...more }, { namespace, clock: { now: Date.now } }),
    shows: async (...builds) => {
      await expect.poll(() => cluster.builds(name), patience).toEqual(builds.map((text) => `${name}-${text}`));
    },
    toldOf: () =>
      cluster
        .told()
        .filter((text) => text.startsWith(`${name}-`))
        .map((text) => text.slice(name.length + 1)),
    enter: (number, phase, more = {}) => cluster.enter(`${name}-${number}`, { phase, ...more }),
  };
}

/** An image trigger for a tag. */
export const following = (tag: string) => [
  { type: 'ImageChange', imageChange: { from: { kind: 'ImageStreamTag', name: tag } } },
];
