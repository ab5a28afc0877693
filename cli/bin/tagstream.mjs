#!/usr/bin/env node
/**
 * `tagstream` and, by its name on PATH, `kubectl tagstream`. The program is TypeScript that Node runs as it is; an older Node
 * than that, which kubectl may find on PATH, hands over to the one among the packages of the checkout.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Set for the Node that was handed over to, so that it does not hand over to itself. */
const HANDED_OVER = 'TAGSTREAM_HANDED_OVER';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

if (process.features.typescript) {
  await import('../src/main.ts');
} else {
  handOver(join(root, 'node_modules/.bin/node'));
}

function handOver(node) {
  if (!existsSync(node) || process.env[HANDED_OVER]) {
    fail(
      `Node ${process.versions.node} does not run TypeScript, and there is no other in ${root}: run npm install there.`,
    );
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, [HANDED_OVER]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
