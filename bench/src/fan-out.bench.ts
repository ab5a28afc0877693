/**
 * One tag that 1,000 Deployments follow: how fast all of them are written when it moves, beside a bare loop of the same writes in the
 * same run on the same servers, and how long a tag that one Deployment follows has to wait meanwhile. That one moves during the bare
 * loop too, so that both have the same company.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connectBus } from '@tagstream/bus';
import { allStreams } from '@tagstream/events';
import { connectKube } from '@tagstream/kube';
import { applyCrds, startControlPlane, startNats } from '@tagstream/servers';
import { bundleService } from './bundled-service.ts';
import { bareFanOut, type Crowd, createCrowd, imageOf } from './fan-out/crowd.ts';
import { lookupTimeMs } from './fan-out/lookup.ts';
import { createStream, moveTag } from './fan-out/move-tag.ts';
import { percentile } from './percentile.ts';
import { processCost } from './webhooks/process-cost.ts';

const WORKLOADS = 1_000;
/** Service and bare loop take turns; of the rounds' times the median counts, so that what else the machine does meets neither. */
const ROUNDS = 7;
/** The service's default. */
const CONCURRENCY = 16;
/** The other tag moves so often, while the service writes and while the bare loop does. */
const OTHER_EVERY_MS = 200;

const round = (value: number): number => Math.round(value * 100) / 100;

const lookupMs = lookupTimeMs();
console.log('Starting the servers and the service…');
await using stack = new AsyncDisposableStack();
const nats = stack.use(await startNats());
const plane = stack.use(await startControlPlane());
await applyCrds(plane.kubeconfig, join(import.meta.dirname, '../../deploy/crds'));
const kube = stack.use(await connectKube({ kubeconfig: plane.kubeconfig, userAgent: 'tagstream-bench' }));
// Not behind the bare loop's requests.
const mover = stack.use(await connectKube({ kubeconfig: plane.kubeconfig, userAgent: 'tagstream-bench' }));
const bus = stack.use(await connectBus({ servers: nats.url, name: 'bench', prefix: 'tagstream' }));
await bus.ensureStreams(allStreams);
const stop = new AbortController();
stack.defer(() => stop.abort());

const names = Array.from({ length: WORKLOADS }, (_, n) => `app-${n}`);
console.log(`Creating ${2 * WORKLOADS} Deployments…`);
const crowd = await createCrowd(kube, 'fan', names, 'fan', stop.signal);
const alone = await createCrowd(kube, 'alone', ['app'], 'other', stop.signal);
const bare = await createCrowd(kube, 'bare', names, undefined, stop.signal);
for (const [namespace, name] of [
  ['fan', 'fan'],
  ['alone', 'other'],
] as const) {
  await createStream(kube, namespace, name);
}
const env = {
  NATS_URL: nats.url,
  KUBECONFIG: plane.kubeconfig,
  TAGSTREAM_ADMIN_HOST: '127.0.0.1',
  TAGSTREAM_PATCH_CONCURRENCY: String(CONCURRENCY),
};
const shipped = stack.use(await bundleService('trigger'));
const service = stack.use(await shipped.start(env));
// Only writes are compared: what the Deployment controller does about them is not ours.
const { parts } = plane;
if (parts['kube-controller-manager'] !== parts['kube-apiserver']) await parts['kube-controller-manager'].stop();

let image = 0;
const waits: number[] = [];
const waitsBesideBare: number[] = [];
const fanMs: number[] = [];
const bareMs: number[] = [];
let rssMb = 0;

async function moveOther(): Promise<number> {
  image += 1;
  const startedAt = performance.now();
  const arrived = alone.has(imageOf(image).reference);
  await moveTag(mover, bus, 'alone', 'other', image);
  await arrived;
  return performance.now() - startedAt;
}

/** Time until all of a crowd have the image, with the other tag moving meanwhile. */
async function timeOf(all: Crowd, write: (image: number) => Promise<void>, otherWaits: number[]): Promise<number> {
  image += 1;
  let elapsedMs: number | undefined;
  const startedAt = performance.now();
  const arrived = all.has(imageOf(image).reference).then(() => {
    elapsedMs = performance.now() - startedAt;
  });
  const written = write(image);
  while (elapsedMs === undefined) {
    const next = setTimeout(OTHER_EVERY_MS);
    otherWaits.push(await moveOther());
    await Promise.race([next, arrived]);
  }
  await written;
  return elapsedMs;
}

const fanOut = () => timeOf(crowd, (n) => moveTag(mover, bus, 'fan', 'fan', n), waits);
const bareRound = () =>
  timeOf(bare, (n) => bareFanOut(kube, 'bare', names, imageOf(n).reference, CONCURRENCY), waitsBesideBare);

await fanOut();
await bareRound();
waits.length = 0;
waitsBesideBare.length = 0;
const generations = () => [...crowd.cache.values()].reduce((sum, { generation }) => sum + generation, 0);
const before = generations();
for (let n = 1; n <= ROUNDS; n += 1) {
  fanMs.push(await fanOut());
  rssMb = Math.max(rssMb, (await processCost(service.adminUrl)).rssMb);
  bareMs.push(await bareRound());
  console.log(`${n} of ${ROUNDS} rounds`);
}
const patchesPerSecond = (WORKLOADS * 1000) / percentile(fanMs, 0.5);
const baselinePerSecond = (WORKLOADS * 1000) / percentile(bareMs, 0.5);
console.log(
  JSON.stringify({
    workloads: WORKLOADS,
    rounds: ROUNDS,
    patches: generations() - before,
    patchesPerSecond: Math.round(patchesPerSecond),
    baselinePerSecond: Math.round(baselinePerSecond),
    ratio: round(patchesPerSecond / baselinePerSecond),
    rssMb: Math.round(rssMb),
    otherTagMoves: waits.length,
    otherTagWaitMs: Math.round(Math.max(...waits)),
    otherTagWaitBesideBareMs: Math.round(Math.max(...waitsBesideBare)),
    lookupMs: Math.round(lookupMs * 10_000) / 10_000,
  }),
);
