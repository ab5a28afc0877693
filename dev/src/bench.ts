/** `npm run bench -- NAME`: runs one benchmark; its last line is one JSON object. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepareServers } from './prepare-servers.ts';

const BENCH_DIR = join(import.meta.dirname, '../../bench');

const names = readdirSync(join(BENCH_DIR, 'src'))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace(/\.bench\.ts$/, ''))
  .sort();
const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
  console.log(`Usage: npm run bench -- NAME\n\nBenchmarks:\n${names.map((each) => `  ${each}`).join('\n')}`);
  process.exit(name === undefined || name === '--help' ? 0 : 2);
}
await prepareServers();
await import(join(BENCH_DIR, 'src', `${name}.bench.ts`));
