import { dcOf, step } from './objects.ts';

/** A DeploymentConfig whose latest version is the given one. */
export const latest = (latestVersion: number, replicas = 1) => dcOf({ spec: { replicas }, status: { latestVersion } });

/** Steps until it is not the status that is written. */
export function lifecycle(...args: Parameters<typeof step>) {
  const action = step(...args);
  return action.kind === 'write-status' ? step({ ...args[0], status: action.status }, args[1], args[2]) : action;
}
