import { basename } from 'node:path';
import { run } from './run.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

// A reader that has seen enough, like `head`, is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  programName: basename(process.argv[1] ?? '').startsWith('kubectl-') ? 'kubectl tagstream' : 'tagstream',
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  colour: { out: hasColours(process.stdout), err: hasColours(process.stderr) },
  now: Date.now,
  signal: interrupted.signal,
});

function hasColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && stream.hasColors();
}
