/** `npm run push -- app:v3`: pushes another version of the example to the running stack and follows it. */
import { parseArgs, styleText } from 'node:util';
import { connectBus } from '@tagstream/bus';
import { connectKube } from '@tagstream/kube';
import { example, pushExample } from './example.ts';
import { observeRollouts } from './observe/observe-rollouts.ts';
import { findRunningStack } from './stack/running-stack.ts';
import { endOfRollout, printStep } from './time-line.ts';

const USAGE = `Pushes a version of the example's image, under its own tag and as latest, and shows what becomes of it.

Usage: npm run push -- app:<version>

Example:
  npm run push -- app:v3`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h', default: false } },
});
const version = /^app:([\w][\w.-]{0,127})$/.exec(positionals[0] ?? '')?.[1];
if (values.help || version === undefined) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

try {
  const stack = findRunningStack();
  await using bus = await connectBus({ servers: stack.natsUrl, name: 'npm-push' });
  await using kube = await connectKube({ kubeconfig: stack.kubeconfig, userAgent: 'tagstream-push' });
  await using observer = await observeRollouts(bus, kube, example);
  console.log(`Push ${stack.registryHost}/shop/app:${version} and :latest:`);
  const { push, digest } = await pushExample(stack.registryHost, version, observer, printStep);
  await endOfRollout(push, new AbortController().signal);
  console.log(`\n${styleText('green', 'Rolled out')}: ${digest}`);
} catch (error) {
  console.error(styleText('red', error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}
