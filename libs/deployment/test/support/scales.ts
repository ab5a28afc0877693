import type { DeploymentStrategy } from '@tagstream/api-types';
import type { Cluster } from './cluster.ts';
import { dcOf } from './objects.ts';
import { runToRest } from './run.ts';

/** A DeploymentConfig with a strategy, whose latest version is the given one. */
export const dcWith = (latestVersion: number, replicas: number, strategy: DeploymentStrategy = {}) =>
  dcOf({ spec: { replicas, strategy }, status: { latestVersion } });

/** Every change of replicas that one actor makes until nothing happens any more: `web-2 1`. */
export function scales(cluster: Cluster, options?: Parameters<typeof runToRest>[1]): string[] {
  const first = cluster.snapshots.length;
  runToRest(cluster, options);
  return cluster.snapshots.slice(first).flatMap((snapshot, i) => {
    const before = cluster.snapshots[first + i - 1]!;
    return [...snapshot.values()]
      .filter((rc) => rc.spec.replicas !== (before.get(rc.metadata.name)?.spec.replicas ?? 0))
      .map((rc) => `${rc.metadata.name} ${rc.spec.replicas}`);
  });
}
