/**
 * Deliveries a second that the webhooks service takes, each signed, for a repository of its own, and answered when NATS has stored
 * its event; beside it, in the same run, a bare route that publishes the bytes it gets.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectBus } from '@tagstream/bus';
import { RegistryPush, WebhookStream } from '@tagstream/events';
import { type ServiceProcess, startNats, startService } from '@tagstream/servers';
import { execa } from 'execa';
import type { LoadOptions, LoadResult } from './webhooks/hook-load.ts';
import { processCost } from './webhooks/process-cost.ts';

const DELIVERIES = 100_000;

/** Enough for the code to be compiled and the heap to have its size. */
const WARM_UP = 10_000;
const BARE_DELIVERIES = 20_000;

/** Enough to keep one core busy. Each connection waits for its answer before it sends again. */
const CONNECTIONS = 8;

/** Reading back 100,000 events takes seconds. */
const READ_TIMEOUT_MS = 60_000;

const round = (value: number): number => Math.round(value * 10) / 10;
const secret = randomBytes(24).toString('hex');

await using stack = new AsyncDisposableStack();
const dir = await mkdtemp(join(tmpdir(), 'tagstream-bench-'));
stack.defer(() => rm(dir, { recursive: true }));
const receivers = join(dir, 'receivers.yaml');
await writeFile(receivers, `receivers:\n  - { name: github, sender: github, secrets: [{ value: ${secret} }] }\n`);

console.log('Starting NATS, the service and the bare route…');
const nats = stack.use(await startNats());
const env = (prefix: string) => ({
  NATS_URL: nats.url,
  TAGSTREAM_PREFIX: prefix,
  TAGSTREAM_ADMIN_HOST: '127.0.0.1',
  TAGSTREAM_HTTP_HOST: '127.0.0.1',
  TAGSTREAM_HTTP_PORT: '0',
  TAGSTREAM_WEBHOOK_RATE_PER_SECOND: '0',
  TAGSTREAM_RECEIVERS: receivers,
  // As in the image: a heap that fits into the 256 MiB of the deployment.
  NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=16',
});
const bus = stack.use(await connectBus({ servers: nats.url, name: 'bench', prefix: 'hooked' }));
const bareBus = stack.use(await connectBus({ servers: nats.url, name: 'bench', prefix: 'bare' }));
await bareBus.ensureStreams([WebhookStream]);
const service = stack.use(await startService('webhooks', env('hooked')));
const main = fileURLToPath(new URL('./webhooks/bare-hooks.ts', import.meta.url));
const bareService = stack.use(await startService('webhooks', env('bare'), { main }));
const hook = `${await addressOf(service)}/hooks/github`;
const bareHook = `${await addressOf(bareService)}/hooks/bare`;

await load(hook, 0, WARM_UP);
const before = await processCost(service.adminUrl);
console.log(`${DELIVERIES} deliveries to the service…`);
const hooked = await load(hook, WARM_UP, DELIVERIES);
const after = await processCost(service.adminUrl);
console.log(`${BARE_DELIVERIES} deliveries to the bare route…`);
await load(bareHook, 0, WARM_UP);
const bareBefore = await processCost(bareService.adminUrl);
const bare = await load(bareHook, WARM_UP, BARE_DELIVERIES);
const bareAfter = await processCost(bareService.adminUrl);
console.log('Reading back what was stored…');
const stored = await storedIds();
const wanted = Array.from({ length: WARM_UP + DELIVERIES }, (_, number) => `bench-${number}`);

console.log(
  JSON.stringify({
    deliveries: DELIVERIES,
    perSecond: hooked.perSecond,
    p50Ms: round(hooked.p50Ms),
    p99Ms: round(hooked.p99Ms),
    perCpuSecond: Math.round(DELIVERIES / (after.cpuSeconds - before.cpuSeconds)),
    rssMb: round(after.rssMb),
    rssGrowthMb: round(after.rssMb - before.rssMb),
    lost: wanted.filter((id) => !stored.has(id)).length,
    statuses: hooked.statuses,
    barePerSecond: bare.perSecond,
    bareP99Ms: round(bare.p99Ms),
    barePerCpuSecond: Math.round(BARE_DELIVERIES / (bareAfter.cpuSeconds - bareBefore.cpuSeconds)),
    ratio: round(bare.perSecond / hooked.perSecond),
  }),
);

async function addressOf(started: ServiceProcess): Promise<string> {
  const { address } = await started.logged((line) => line.message === 'hooks open');
  return String(address);
}

async function load(to: string, from: number, deliveries: number): Promise<LoadResult> {
  const options: LoadOptions = { hook: to, secret, from, deliveries, connections: CONNECTIONS };
  const { stdout } = await execa(process.execPath, [
    join(import.meta.dirname, 'webhooks/hook-load.ts'),
    JSON.stringify(options),
  ]);
  return JSON.parse(stdout) as LoadResult;
}

/** Ids of all deliveries in the stream, read until as many are there as were sent, or no more come. */
async function storedIds(): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const complete = Promise.withResolvers<void>();
  await using _subscription = bus.subscribe(RegistryPush, {
    stream: WebhookStream,
    from: 'all',
    onEvent: ({ data }) => {
      ids.add(data.deliveryId);
      if (ids.size === WARM_UP + DELIVERIES) complete.resolve();
    },
  });
  const timer = setTimeout(complete.resolve, READ_TIMEOUT_MS);
  await complete.promise;
  clearTimeout(timer);
  return ids;
}
