import { GroupIndex } from '@tagstream/service';
import { percentile } from '../percentile.ts';

const WORKLOADS = 10_000;
const STREAMS = 5_000;

/** Time in milliseconds, the 99th of 100, to find the followers of a tag: each of 5,000 tags once, among 10,000 workloads. */
export function lookupTimeMs(): number {
  const index = new GroupIndex<string>();
  const tagOf = (stream: number) => `team-${stream % 100}/app-${stream}:latest`;
  for (let n = 0; n < WORKLOADS; n += 1) {
    const id = `deployments.apps/team-${n % 100}/app-${n}`;
    index.set(id, id, [tagOf(n % STREAMS)]);
  }
  const times: number[] = [];
  for (let stream = 0; stream < STREAMS; stream += 1) {
    const startedAt = performance.now();
    const { length } = index.members(tagOf(stream));
    times.push(performance.now() - startedAt);
    if (length !== WORKLOADS / STREAMS) throw new Error(`${tagOf(stream)} has ${length} followers`);
  }
  return percentile(times, 0.99);
}
