import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir } from '@tagstream/servers';

/** Where a stack that was started with `npm start` can be reached, for the other commands. */
export interface RunningStack {
  readonly pid: number;
  readonly natsUrl: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly registryHost: string;
}

const path = () => join(cacheDir(process.env), 'running-stack.json');

/** Tells the other commands where this process's stack is; the returned function takes it back. */
export function announceStack(stack: Omit<RunningStack, 'pid'>): () => void {
  mkdirSync(dirname(path()), { recursive: true });
  writeFileSync(path(), JSON.stringify({ pid: process.pid, ...stack }));
  return () => {
    if (readAnnouncement()?.pid === process.pid) rmSync(path(), { force: true });
  };
}

/**
 * The stack that was started last and still runs.
 * @throws Error with a sentence for the user when there is none
 */
export function findRunningStack(): RunningStack {
  const stack = readAnnouncement();
  if (stack === undefined || !isAlive(stack.pid)) {
    throw new Error('No stack is running. Start one with "npm start" in another terminal.');
  }
  return stack;
}

function readAnnouncement(): RunningStack | undefined {
  try {
    return JSON.parse(readFileSync(path(), 'utf8')) as RunningStack; // written by announceStack only
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
