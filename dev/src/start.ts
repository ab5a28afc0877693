/** `npm start`: the real servers, the five services, and the main job before the user's eyes. */
import { parseArgs, styleText } from 'node:util';
import { connectBus } from '@tagstream/bus';
import { connectKube } from '@tagstream/kube';
import { areToolsThere, buildTools, ensureDebianTools } from '@tagstream/servers';
import { applyExample, example, pushExample } from './example.ts';
import { observeRollouts } from './observe/observe-rollouts.ts';
import { prepareServers } from './prepare-servers.ts';
import { showSteps } from './show-steps.ts';
import { announceStack } from './stack/running-stack.ts';
import { type Stack, stackSteps, stackStepsWithBuilder, startStack } from './stack/start-stack.ts';
import { endOfRollout, printStep } from './time-line.ts';

const HELP = `Starts NATS, a Kubernetes control plane, a registry and the five services on free loopback ports,
pushes an image and shows what becomes of it. Keeps running until Ctrl-C.

Usage: npm start [-- options]

  --once    do the main job once, print one JSON object as the last line, and stop
  --poll    without notifications of the registry: pushes are found by polling every 2 s
  --builds  run BuildConfigs too, with buildah, which is installed where that is possible; without this option
            they are run when buildah and git are there
  --help

Examples:
  npm start
  npm start -- --once
  npm start -- --once --poll`;

/** How often tags are looked at when nobody announces pushes. */
const POLL_INTERVAL = '2s';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    poll: { type: 'boolean', default: false },
    builds: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('stopped'));
  });
}

try {
  await run(stop.signal);
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(styleText('red', `\n${error instanceof Error ? error.message : String(error)}`));
    process.exitCode = 1;
  }
}

async function run(signal: AbortSignal): Promise<void> {
  await prepareServers();
  if (values.builds) await ensureDebianTools(buildTools);
  const builder = areToolsThere(buildTools);
  const display = showSteps(builder ? stackStepsWithBuilder : stackSteps);
  await using stack = await startStack({
    step: display.step,
    notifications: !values.poll,
    builder,
    ...(values.poll && { env: { TAGSTREAM_POLL_INTERVAL: POLL_INTERVAL } }),
  }).finally(display.end);
  signal.throwIfAborted();
  const times = await mainJob(stack, signal);
  if (values.once) {
    console.log(JSON.stringify({ ok: true, seenBy: values.poll ? 'poll' : 'webhook', stepsMs: times }));
    return;
  }
  const forget = announceStack({
    natsUrl: stack.nats.url,
    kubeconfig: stack.controlPlane.kubeconfig,
    kubectl: stack.controlPlane.kubectl,
    registryHost: stack.registry.host,
  });
  printHowToGoOn(stack);
  await untilAborted(signal);
  forget();
  console.log('\nStopping…');
}

async function mainJob(stack: Stack, signal: AbortSignal) {
  const { controlPlane, nats, registry } = stack;
  await using bus = await connectBus({ servers: nats.url, name: 'npm-start', prefix: stack.prefix, signal });
  await using kube = await connectKube({ kubeconfig: controlPlane.kubeconfig, userAgent: 'tagstream-start' });
  await using observer = await observeRollouts(bus, kube, example);

  console.log(`\nPush ${registry.host}/shop/app:latest (v1), then apply examples/shop:`);
  const first = await pushExample(registry.host, 'v1', observer, printStep);
  await applyExample(controlPlane, registry.host);
  await endOfRollout(first.push, signal);

  console.log(`\nPush the next version to ${registry.host}/shop/app:latest (v2):`);
  const second = await pushExample(registry.host, 'v2', observer, printStep);
  const times = await endOfRollout(second.push, signal);
  console.log(`\n${styleText('green', 'The push has become a rollout')}: ${second.digest}`);
  return times;
}

function printHowToGoOn({ controlPlane, nats, registry, hook }: Stack): void {
  console.log(`
Everything keeps running. In another terminal:

  npm run push -- app:v3                              push another version and follow it
  npm run kubectl -- get is,dc,rc,deploy,pods -n shop look around
  npm run kubectl -- describe dc app -n shop          what happened, in its events

  Kubernetes  KUBECONFIG=${controlPlane.kubeconfig}
  NATS        ${nats.url}   subjects tagstream.>
  Registry    ${registry.host}
  Hooks       ${hook.url}

Ctrl-C stops everything.`);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // The servers' pipes keep the process alive.
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
