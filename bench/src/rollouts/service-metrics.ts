import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Requests that the rollout service has sent to the API server since it started, watches aside, by what they were. */
async function requestsSent(adminUrl: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const lines = text.matchAll(/^tagstream_rollout_kube_requests_total\{(.*)\} (\d+)$/gm);
  const counts = [...lines].map(([, labels = '', count = '']) => [labels.replaceAll('"', ''), Number(count)] as const);
  return new Map(counts.filter(([labels]) => !labels.includes('verb=watch')));
}

/** How often to look whether the service still sends requests; it records 10 events a second where there are some. */
const LOOK_MS = 1000;

/** Waits until the service sends nothing more, and answers what it has sent then. */
export async function requestsAtRest(adminUrl: string): Promise<Map<string, number>> {
  let before = await requestsSent(adminUrl);
  for (;;) {
    await sleep(LOOK_MS);
    const now = await requestsSent(adminUrl);
    if (sentBetween(before, now).length === 0) return now;
    before = now;
  }
}

/** What came in addition between two readings, most frequent first. */
export function sentBetween(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  return [...after]
    .map(([what, count]) => [what, count - (before.get(what) ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
}

/** The most memory that a process ever had resident, in MB. */
export function peakResidentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
