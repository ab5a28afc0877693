/**
 * 10,000 scheduled tags in 500 repositories and 2,000 ImageStreams, checked by one poller on the real API server and NATS, against
 * a registry that wants tokens, takes 20 ms for each answer and counts. Beside it, in the same run, undici alone sending the same
 * HEAD requests with the same number in flight. `npm run bench -- poller 2000` does it with fewer tags.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { bareHeadRate } from './poller/bare-heads.ts';
import { countWindow, duplicateShare, missedTags, requestsOf, rounded } from './poller/count-window.ts';
import { IN_FLIGHT, startPollerCluster } from './poller/poller-cluster.ts';
import { cpuSeconds, residentMb } from './poller/process-usage.ts';

const TAGS = Number(process.argv[3] ?? 10_000);

/** The interval of the rounds that are counted: each tag has exactly one turn in it. */
const ROUND_MS = 10_000;
const ROUNDS = 2;

/** An interval in which no round fits, so that there is always more to do than can be done. */
const FULL_SPEED_INTERVAL_MS = 1_000;
const FULL_SPEED_MS = 10_000;

/** Until a poller that has just started runs as it always will. */
const WARM_UP_MS = 5_000;

/** With the interval that is the default there are 11 checks a second: what memory is needed for then. */
const QUIET_INTERVAL_MS = 900_000;
const QUIET_MS = 30_000;

console.log('Bundling the poller, starting NATS, the control plane and the registry…');
await using cluster = await startPollerCluster();
const { registry } = cluster;
const startPoller = async (intervalMs: number) => {
  const poller = await cluster.startPoller(intervalMs);
  const { pid } = poller;
  if (pid === undefined) throw new Error('the poller has ended');
  return { pid, stop: () => poller.stop() };
};

console.log(`Writing ${TAGS} tags…`);
const tags = await cluster.addTags('team', TAGS);
const bareBefore = await bareHeadRate(registry.host, tags, IN_FLIGHT);
console.log(`undici alone: ${Math.round(bareBefore)} requests/s`);

let poller = await startPoller(ROUND_MS);
await wait(ROUND_MS + WARM_UP_MS); // the first round fetches the tokens
const rounds = await countWindow(registry, ROUND_MS * ROUNDS);
const requestsPerCheck = requestsOf(rounds.counts) / rounds.counts.heads;
await poller.stop();
console.log(
  `${ROUNDS} rounds: ${rounds.counts.heads} checks of ${tags.length} tags, ${requestsPerCheck.toFixed(4)} requests each, ` +
    `${rounded(duplicateShare(rounds.counts, ROUNDS) * 100, 2)} % twice, ${missedTags(rounds.counts, tags.length, ROUNDS)} missed`,
);

poller = await startPoller(FULL_SPEED_INTERVAL_MS);
await wait(WARM_UP_MS);
const cpuBefore = cpuSeconds(poller.pid);
const full = await countWindow(registry, FULL_SPEED_MS);
const cpuMicros = ((cpuSeconds(poller.pid) - cpuBefore) / full.counts.heads) * 1e6;
const checksPerSecond = full.counts.heads / full.seconds;
const fullSpeedMb = residentMb(poller.pid);
await poller.stop();
console.log(`full speed: ${Math.round(checksPerSecond)} checks/s, ${Math.round(cpuMicros)} µs of CPU each`);

const bareAfter = await bareHeadRate(registry.host, tags, IN_FLIGHT);
console.log(`undici alone: ${Math.round(bareAfter)} requests/s`);
const baselinePerSecond = (bareBefore + bareAfter) / 2;

poller = await startPoller(QUIET_INTERVAL_MS);
await wait(QUIET_MS);
const rssMb = residentMb(poller.pid);
await poller.stop();
console.log(`at the default interval: ${Math.round(rssMb)} MB; writing ${TAGS} tags more…`);
await cluster.addTags('more', TAGS);
poller = await startPoller(QUIET_INTERVAL_MS);
await wait(QUIET_MS);
const growthMbPer10k = ((residentMb(poller.pid) - rssMb) * 10_000) / TAGS;
await poller.stop();

console.log(
  JSON.stringify({
    tags: tags.length,
    requestsPerCheck: rounded(requestsPerCheck, 4),
    checksPerSecond: Math.round(checksPerSecond),
    baselinePerSecond: Math.round(baselinePerSecond),
    ratio: rounded(checksPerSecond / baselinePerSecond, 2),
    rssMb: Math.round(rssMb),
    growthMbPer10k: Math.round(growthMbPer10k),
    sockets: full.counts.maxSockets,
    roundSeconds: rounded(tags.length / checksPerSecond, 2),
    cpuMicrosPerCheck: Math.round(cpuMicros),
    fullSpeedRssMb: Math.round(fullSpeedMb),
    duplicateShare: rounded(duplicateShare(rounds.counts, ROUNDS), 4),
    missed: missedTags(rounds.counts, tags.length, ROUNDS),
  }),
);
