/** `npm test`: gets the servers, checks the code, runs every test; the last line says how many passed and failed. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { prepareServers } from './prepare-servers.ts';
import { needsServers, printSummary, summarize, type TestReport } from './test-summary.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

const args = process.argv.slice(2);
const running = new Set<ReturnType<typeof spawn>>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
  });
}

const summary = summarize(await runAll());
process.exitCode = summary.failed === 0 ? 0 : 1;
console.log(printSummary(summary));

async function runAll(): Promise<Parameters<typeof summarize>[0]> {
  const dir = await mkdtemp(join(tmpdir(), 'tagstream-test-'));
  const reportPath = join(dir, 'report.json');
  try {
    if (needsServers(args)) await prepareServers();
    const checkExitCode = await run('npm', ['run', '--silent', 'check']);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
    const vitestExitCode = await run(process.execPath, [VITEST, 'run', ...reporters, ...args]);
    return { report: await readReport(reportPath), vitestExitCode, checkExitCode };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return { report: undefined, vitestExitCode: 1, checkExitCode: 0 };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Runs a program in the root with this process's output; gives its exit code, 128 plus the signal if one ended it. */
async function run(file: string, programArgs: readonly string[]): Promise<number> {
  const options: SpawnOptions = { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] };
  const child = spawn(file, programArgs, options);
  running.add(child);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  } finally {
    running.delete(child);
  }
}

async function readReport(path: string): Promise<TestReport | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as TestReport);
}
