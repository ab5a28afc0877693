/**
 * How long an API server waits for the admission webhook: 500 new Deployments a second, each of which names an image by a stream
 * that must be resolved; beside it, in the same run, a bare HTTPS route that allows everything.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageStream, KubeObject } from '@tagstream/api-types';
import { connectKube, type KubeClient, resources } from '@tagstream/kube';
import { applyCrds, freePort, startControlPlane, startNats, startService } from '@tagstream/servers';
import { execa } from 'execa';
import pLimit from 'p-limit';
import type { LoadOptions, LoadResult } from './admission/admission-load.ts';
import { digestOf, NAMESPACE, resolvedImage, STREAMS, TAGS } from './admission/sample-review.ts';
import { bundleService } from './bundled-service.ts';
import { percentile } from './percentile.ts';
import { processCost } from './webhooks/process-cost.ts';

const PER_SECOND = 500;
/** Service and bare route take turns; of the rounds' figures the median counts, so that what else the machine does meets neither. */
const ROUNDS = 7;
const ROUND_SECONDS = 6;

/** Enough for the code to be compiled. */
const WARM_UP_SECONDS = 5;

/** A few dozen connections is what an API server opens under such a load. */
const CONNECTIONS = 32;

/** Beyond eight writes in flight an API server of two cores only gets slower. */
const WRITES = 8;

const rounded = (value: number): number => Math.round(value * 100) / 100;
const secretName = { namespace: NAMESPACE, name: 'admission-certificate' };

await using stack = new AsyncDisposableStack();
const dir = await mkdtemp(join(tmpdir(), 'tagstream-bench-'));
stack.defer(() => rm(dir, { recursive: true }));

console.log(`Starting the servers, with ${STREAMS} ImageStreams of ${TAGS.length} tags…`);
const nats = stack.use(await startNats());
const cluster = stack.use(await startControlPlane());
await applyCrds(cluster.kubeconfig, join(import.meta.dirname, '../../deploy/crds'));
const kube = stack.use(await connectKube({ kubeconfig: cluster.kubeconfig, userAgent: 'tagstream-bench' }));
await kube.create(resources.namespaces, { metadata: { name: NAMESPACE } });
const limit = pLimit(WRITES);
await Promise.all(Array.from({ length: STREAMS }, (_, stream) => limit(() => createStream(kube, stream))));

console.log('Starting the service and the bare route…');
const port = await freePort();
const shipped = stack.use(await bundleService('webhooks'));
const service = stack.use(
  await shipped.start({
    NATS_URL: nats.url,
    KUBECONFIG: cluster.kubeconfig,
    TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    TAGSTREAM_HTTP_HOST: '127.0.0.1',
    TAGSTREAM_HTTP_PORT: '0',
    TAGSTREAM_WEBHOOK_ALLOW_ANYBODY: 'true',
    TAGSTREAM_ADMISSION_HOST: '127.0.0.1',
    TAGSTREAM_ADMISSION_PORT: String(port),
    TAGSTREAM_ADMISSION_NAMES: '127.0.0.1',
    TAGSTREAM_ADMISSION_SECRET: `${secretName.namespace}/${secretName.name}`,
    // The heap that Node chooses in a container with the deployment's limit of 256 MiB; without a limit it takes what it can get.
    NODE_OPTIONS: '--max-old-space-size=128',
  }),
);
// Both serve with the certificate that the service made.
const { data } = await kube.get<KubeObject & { data: Record<string, string> }>({
  resource: resources.secrets,
  ...secretName,
});
for (const file of ['ca.crt', 'tls.crt', 'tls.key']) {
  await writeFile(join(dir, file), Buffer.from(data[file] ?? '', 'base64'), { mode: 0o600 });
}
const barePort = await freePort();
const main = join(import.meta.dirname, 'admission/bare-admission.ts');
const bareEnv = { TAGSTREAM_ADMISSION_CERT_DIR: dir, TAGSTREAM_ADMISSION_PORT: String(barePort) };
stack.use(await startService('webhooks', bareEnv, { main }));

await load(port, WARM_UP_SECONDS, true);
await load(barePort, WARM_UP_SECONDS, false);
console.log(`${PER_SECOND} reviews a second, ${ROUNDS} rounds of ${ROUND_SECONDS} s each…`);
const before = await processCost(service.adminUrl);
const resolved: LoadResult[] = [];
const bare: LoadResult[] = [];
for (let round = 0; round < ROUNDS; round++) {
  resolved.push(await load(port, ROUND_SECONDS, true));
  bare.push(await load(barePort, ROUND_SECONDS, false));
}
const after = await processCost(service.adminUrl);

const ours = summary(resolved);
const theirs = summary(bare);
const cpuMs = (after.cpuSeconds - before.cpuSeconds) * 1000;
console.log(
  JSON.stringify({
    perSecond: ours.perSecond,
    p99Ms: ours.p99Ms,
    p50Ms: ours.p50Ms,
    maxMs: ours.maxMs,
    wrong: ours.wrong,
    cpuMsPerReview: rounded(cpuMs / (PER_SECOND * ROUNDS * ROUND_SECONDS)),
    rssMb: Math.round(after.rssMb),
    bare: theirs,
  }),
);

/** The median of the rounds; what was wrong, of all of them. */
function summary(rounds: readonly LoadResult[]) {
  const ofRounds = (figure: (round: LoadResult) => number) => percentile(rounds.map(figure), 0.5);
  const latencyMs = (share: number) => rounded(ofRounds((each) => percentile(each.latenciesMs, share)));
  return {
    perSecond: Math.round(ofRounds(({ latenciesMs, seconds }) => latenciesMs.length / seconds)),
    p50Ms: latencyMs(0.5),
    p99Ms: latencyMs(0.99),
    maxMs: latencyMs(1),
    wrong: rounds.reduce((sum, each) => sum + each.wrong, 0),
  };
}

async function load(to: number, seconds: number, expectImages: boolean): Promise<LoadResult> {
  const options: LoadOptions = {
    port: to,
    caFile: join(dir, 'ca.crt'),
    perSecond: PER_SECOND,
    seconds,
    connections: CONNECTIONS,
    expectImages,
  };
  const script = join(import.meta.dirname, 'admission/admission-load.ts');
  const { stdout } = await execa(process.execPath, [script, JSON.stringify(options)]);
  return JSON.parse(stdout) as LoadResult;
}

/** A stream that allows local names, each tag with one image. */
async function createStream(client: KubeClient, stream: number): Promise<void> {
  const name = `app-${stream}`;
  await client.create<ImageStream>(resources.imageStreams, {
    metadata: { namespace: NAMESPACE, name },
    spec: { lookupPolicy: { local: true } },
  });
  const created = new Date().toISOString();
  const tags = TAGS.map((tag, i) => {
    const item = { created, generation: 1, image: digestOf(stream, i), dockerImageReference: resolvedImage(stream, i) };
    return { tag, items: [item] };
  });
  const key = { resource: resources.imageStreams, namespace: NAMESPACE, name };
  await client.mergePatch(key, { status: { tags } }, { subresource: 'status' });
}
