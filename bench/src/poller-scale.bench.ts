/**
 * The same 10,000 tags shared by one, two and four pollers: how many requests a round takes, whether a tag is checked twice in
 * it, and how fast all of them together are. `npm run bench -- poller-scale 2000` does it with fewer tags.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { countWindow, duplicateShare, missedTags, requestsOf, rounded } from './poller/count-window.ts';
import { startPollerCluster } from './poller/poller-cluster.ts';

const TAGS = Number(process.argv[3] ?? 10_000);
const REPLICAS = [1, 2, 4];

/** The interval of the round that is counted: each tag has exactly one turn in it. */
const ROUND_MS = 10_000;

/** An interval in which no round fits, so that there is always more to do than can be done. */
const FULL_SPEED_INTERVAL_MS = 1_000;
const FULL_SPEED_MS = 10_000;

/** Until the replicas know each other, and what they missed before is made up for. */
const WARM_UP_MS = 5_000;

console.log('Bundling the poller, starting NATS, the control plane and the registry…');
await using cluster = await startPollerCluster();
const { registry } = cluster;
console.log(`Writing ${TAGS} tags…`);
const { length } = await cluster.addTags('team', TAGS);

/** Starts so many pollers, counts, and stops them. */
async function withPollers(n: number, intervalMs: number, warmUpMs: number, ms: number) {
  const pollers = await Promise.all(Array.from({ length: n }, () => cluster.startPoller(intervalMs)));
  await wait(warmUpMs);
  const window = await countWindow(registry, ms);
  await Promise.all(pollers.map((poller) => poller.stop()));
  return window;
}

const replicas = [];
for (const n of REPLICAS) {
  const round = await withPollers(n, ROUND_MS, ROUND_MS + WARM_UP_MS, ROUND_MS);
  const full = await withPollers(n, FULL_SPEED_INTERVAL_MS, WARM_UP_MS, FULL_SPEED_MS);
  const result = {
    n,
    checksPerSecond: Math.round(full.counts.heads / full.seconds),
    requestsPerRound: requestsOf(round.counts),
    duplicateShare: rounded(duplicateShare(round.counts, 1), 4),
    missed: missedTags(round.counts, length, 1),
    maxInFlight: full.counts.maxInFlight,
    sockets: full.counts.maxSockets,
  };
  console.log(JSON.stringify(result));
  replicas.push(result);
}
console.log(JSON.stringify({ tags: length, replicas }));
