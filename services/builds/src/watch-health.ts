import type { WatchStatus } from '@tagstream/kube';
import type { Health } from '@tagstream/service';

/** Reports the state of a watch as a part of readiness. */
export function watchHealth(health: Health, resource: string): (status: WatchStatus) => void {
  const name = `watch ${resource}`;
  health.set(name, { ready: false, detail: 'not synchronised yet' });
  return ({ connected, reason }) =>
    health.set(name, { ready: connected, detail: connected ? 'following changes' : (reason ?? 'not connected') });
}
