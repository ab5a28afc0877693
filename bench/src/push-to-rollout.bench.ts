/**
 * From the push of an image, announced by the registry, to each step of the rollout it causes; beside it, in the same run and on the
 * same servers, the same requests sent by a bare loop that knows beforehand what to do.
 */
import { connectBus } from '@tagstream/bus';
import {
  applyExample,
  example,
  observeRollouts,
  pushExample,
  type Step,
  type StepTimes,
  startStack,
  steps,
} from '@tagstream/dev';
import { connectKube } from '@tagstream/kube';
import { bareRollout } from './bare-rollout.ts';
import { percentile } from './percentile.ts';

const PUSHES = 50;

const round = (ms: number): number => Math.round(ms * 10) / 10;

console.log('Starting the servers and the services…');
await using stack = await startStack();
await using bus = await connectBus({ servers: stack.nats.url, name: 'bench', prefix: stack.prefix });
await using kube = await connectKube({ kubeconfig: stack.controlPlane.kubeconfig, userAgent: 'tagstream-bench' });
await using observer = await observeRollouts(bus, kube, example);

const first = await pushExample(stack.registry.host, 'v0', observer);
await applyExample(stack.controlPlane, stack.registry.host);
await first.push.done;

const seen: StepTimes[] = [];
const bare: number[] = [];
for (let push = 1; push <= PUSHES; push++) {
  const { push: followed } = await pushExample(stack.registry.host, `v${push}`, observer);
  seen.push(await followed.done);
  bare.push(await bareRollout(kube, stack.registry.host, push));
  if (push % 10 === 0) console.log(`${push} of ${PUSHES} pushes`);
}

const times = (step: Step) => seen.map((each) => each[step]);
const created = times('replicationControllerCreated');
const stepTimes = Object.fromEntries(
  steps.map((step) => [step, { p50: round(percentile(times(step), 0.5)), p99: round(percentile(times(step), 0.99)) }]),
);
const p50Ms = round(percentile(created, 0.5));
const bareP50Ms = round(percentile(bare, 0.5));
console.log(
  JSON.stringify({
    pushes: PUSHES,
    p50Ms,
    p99Ms: round(percentile(created, 0.99)),
    bareP50Ms,
    ratio: round(p50Ms / bareP50Ms),
    steps: stepTimes,
  }),
);
