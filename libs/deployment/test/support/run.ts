import type { Cluster } from './cluster.ts';

/** More steps than any rollout of a test takes: what needs more does not end. */
const MAX_STEPS = 500;

/** Lets one actor work, hooks end if they are to, and pods come and become available, until nothing happens any more. */
export function runToRest(
  cluster: Cluster,
  options: { readonly pods?: 'ready' | 'stuck'; readonly hooks?: 'succeed' | 'stuck' } = {},
): void {
  for (let i = 0; i < MAX_STEPS; i++) {
    if (cluster.act(undefined, cluster.told) === 'done') continue;
    const before = cluster.snapshots.length;
    const { snapshots } = cluster.rolloutPods;
    const hooksBefore = snapshots.length;
    cluster.rolloutPods.sync();
    if (options.hooks === 'succeed') {
      for (const name of cluster.rolloutPods.now.keys()) cluster.rolloutPods.end(name, 'Succeeded');
    }
    for (const rc of cluster.rcs) {
      cluster.syncPods(rc.metadata.name);
      if (options.pods !== 'stuck') cluster.readyOne(rc.metadata.name);
    }
    if (snapshots.length > hooksBefore || cluster.snapshots.length > before) continue;
    // Only pauses of a second are left to wait out; timeouts are for tests to bring about.
    cluster.nowMs += 1000;
    if (cluster.act(undefined, cluster.told) === 'idle') return;
  }
  throw new Error(`no rest after ${MAX_STEPS} steps`);
}

/** `v1 Complete r=1` and so on, by version. */
export function summary(cluster: Cluster): string[] {
  return cluster.rcs
    .map(({ metadata, spec }) => {
      const annotations = metadata.annotations ?? {};
      const version = annotations['openshift.io/deployment-config.latest-version'];
      return `v${version} ${annotations['openshift.io/deployment.phase']} r=${spec.replicas}`;
    })
    .sort();
}
