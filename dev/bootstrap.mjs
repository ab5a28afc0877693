/**
 * Runs a command of the local stack on a machine that has only Node 20 and npm: installs the packages when they are missing
 * or not those of package-lock.json, and starts `dev/src/<command>.ts` with the Node 24 that is one of them.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
/** One Ctrl-C can arrive from the terminal and from npm; a second one is meant only after this time. */
const SAME_SIGNAL_MS = 300;
/** Far above the longest list of warnings. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules/.bin/node');
const [command, ...args] = process.argv.slice(2);

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  fail(`Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or newer.`);
}
const program = join(root, `dev/src/${command}.ts`);
if (!command || !/^[a-z-]+$/.test(command) || !existsSync(program)) {
  fail('Usage: node dev/bootstrap.mjs COMMAND [ARGS], where COMMAND is a file in dev/src: start, push, test, bench.');
}
if (!isInstalled()) install();
if (!existsSync(node)) {
  fail('Node 24 is missing in node_modules: allow the install script of the package "node", then run npm install.');
}
run();

/** True if node_modules holds exactly the packages of package-lock.json, by the list that npm keeps of what it installed. */
function isInstalled() {
  const wanted = readPackages('package-lock.json');
  const found = readPackages('node_modules/.package-lock.json');
  if (!wanted || !found) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue;
    const installed = found[path];
    // Packages for other platforms are optional and stay away.
    if (!installed && entry.optional) continue;
    if (!installed || installed.version !== entry.version || Boolean(installed.link) !== Boolean(entry.link))
      return false;
  }
  return true;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Installs what package-lock.json names and changes neither that nor package.json. Not `npm ci`: that refuses a lock file in
 * which an optional package for another platform is missing, and takes everything away first.
 */
function install() {
  console.error('Installing the packages of package-lock.json; half a minute with a fast connection.');
  // npm names itself to the scripts that it runs.
  const npm = process.env.npm_execpath;
  const [file, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const options = ['install', '--no-save', '--no-audit', '--no-fund'];
  try {
    execFileSync(file, [...first, ...options], {
      cwd: root,
      stdio: 'pipe',
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT_BYTES,
    });
  } catch (error) {
    if (error.code === 'ENOENT') fail('npm is missing: install it; it comes with Node.');
    fail(`${error.stdout}${error.stderr}\nnpm ${options.join(' ')} failed; its output is above.`);
  }
  if (!isInstalled()) {
    fail('node_modules does not hold what package-lock.json names: run npm install, and commit package-lock.json.');
  }
}

function run() {
  // In a session of its own, so that an interrupt from the keyboard arrives once, through here. It is told to end when
  // this process is gone, however that happened.
  const child = spawn(node, ['--import', join(root, 'dev/end-with-parent.mjs'), program, ...args], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const last = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < SAME_SIGNAL_MS) return;
      last.set(signal, now);
      child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
