/**
 * 500 DeploymentConfigs of two replicas, all rolled out at once, beside 500 plain Deployments with the same settings on the same
 * control plane in the same run, three times. `npm run bench -- rollouts 100 1` does it with fewer, once.
 */
import { join } from 'node:path';
import { connectKube } from '@tagstream/kube';
import { applyCrds, startControlPlane, startNats } from '@tagstream/servers';
import { bundleService } from './bundled-service.ts';
import { peakResidentMb, requestsAtRest, sentBetween } from './rollouts/service-metrics.ts';
import { createFleet, deploymentConfigs, deployments } from './rollouts/workloads.ts';

const DCS = Number(process.argv[3] ?? 500);
/** Of each kind, in turns: what the machine does beside this then meets both. */
const ROUNDS = Number(process.argv[4] ?? 3);

const round = (value: number): number => Math.round(value * 100) / 100;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

console.log('Starting NATS, the control plane and the service…');
await using stack = new AsyncDisposableStack();
const nats = stack.use(await startNats());
const plane = stack.use(await startControlPlane());
await applyCrds(plane.kubeconfig, join(import.meta.dirname, '../../deploy/crds'));
const kube = stack.use(await connectKube({ kubeconfig: plane.kubeconfig, userAgent: 'tagstream-bench' }));
const stop = new AbortController();
stack.defer(() => stop.abort());
const bundle = stack.use(await bundleService('rollout'));
const service = stack.use(
  await bundle.start({
    NATS_URL: nats.url,
    KUBECONFIG: plane.kubeconfig,
    TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    TAGSTREAM_LOG_LEVEL: 'warn',
  }),
);

console.log(`Creating ${DCS} DeploymentConfigs and ${DCS} Deployments…`);
const { signal } = stop;
const configs = await createFleet(kube, deploymentConfigs, { namespace: 'configs', size: DCS, signal });
const plain = await createFleet(kube, deployments, { namespace: 'plain', size: DCS, signal });

const seconds: number[] = [];
const deploymentSeconds: number[] = [];
const requests: number[] = [];
for (let i = 1; i <= ROUNDS; i++) {
  const image = `app:${i + 1}`;
  // What the service still says about the rollouts before must not run beside the Deployments.
  const before = await requestsAtRest(service.adminUrl);
  deploymentSeconds.push(await plain.rollOut(image));
  seconds.push(await configs.rollOut(image));
  const sent = sentBetween(before, await requestsAtRest(service.adminUrl));
  requests.push(sent.reduce((total, [, count]) => total + count, 0) / DCS);
  console.log(
    `round ${i}: ${round(seconds.at(-1)!)} s, Deployments ${round(deploymentSeconds.at(-1)!)} s, ` +
      `${round(requests.at(-1)!)} requests a rollout:`,
  );
  for (const [what, count] of sent) console.log(`  ${round(count / DCS)} ${what}`);
}

console.log(
  JSON.stringify({
    dcs: DCS,
    requestsPerRollout: round(median(requests)),
    rssMb: Math.round(peakResidentMb(service.pid!)),
    seconds: round(median(seconds)),
    deploymentSeconds: round(median(deploymentSeconds)),
    ratio: round(median(seconds) / median(deploymentSeconds)),
  }),
);
